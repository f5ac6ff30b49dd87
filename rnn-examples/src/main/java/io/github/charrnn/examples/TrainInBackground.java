package io.github.charrnn.examples;

import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Trainer;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.VanillaRnn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Training in the background: it says how far it is, another thread cancels it, and later it goes
 * on, to the same bits as if it had never been cancelled.
 *
 * <p>Run it with {@code TrainInBackground [book.txt [directory]]}; models and checkpoint go there.
 */
final class TrainInBackground {
  private TrainInBackground() {}

  public static void main(String[] args) throws Exception {
    String log = String.join("\n", Texts.log(1, 3_000));
    EncodedText text =
        args.length > 0 ? EncodedText.read(Path.of(args[0])) : CharVocab.of(log).encode(log);
    Path directory = args.length > 1 ? Path.of(args[1]) : Files.createTempDirectory("training");
    Path checkpoint = directory.resolve("checkpoint");

    AtomicBoolean cancelled = new AtomicBoolean();
    Trainer trainer =
        Trainer.of(VanillaRnn.builder(text.vocab()).build())
            .checkpoint(checkpoint)
            .every(200, run -> System.out.println(run.step() + " of " + run.plannedSteps()))
            .every(
                1,
                run -> {
                  if (cancelled.get()) {
                    run.stop();
                  }
                });
    CompletableFuture<TrainingResult> training =
        CompletableFuture.supplyAsync(() -> trainer.train(text, 1_000_000));
    Thread.sleep(2_000); // until somebody presses a button
    cancelled.set(true);
    TrainingResult some = training.get();
    some.last().save(directory.resolve("some.safetensors"));
    System.out.println("cancelled at step " + some.steps() + ": " + some.last().evaluate(text));

    TrainingResult more = Trainer.resuming(checkpoint).resume(text, some.steps() + 500);
    more.last().save(directory.resolve("more.safetensors"));
    System.out.println("resumed to step " + more.steps() + ": " + more.last().evaluate(text));
    System.out.println("saved in " + directory);
  }
}
