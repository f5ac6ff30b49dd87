package io.github.charrnn.examples;

import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Sampler;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * New names: a model learns a list, each line a text of its own, and writes twenty that are not in
 * it.
 *
 * <p>Run it with {@code NewNames [list.txt [model.safetensors]]}; the second file gets the model.
 */
final class NewNames {
  private NewNames() {}

  public static void main(String[] args) throws IOException {
    List<String> names = args.length > 0 ? Files.readAllLines(Path.of(args[0])) : Texts.names();
    VanillaRnn model = train(names);
    if (args.length > 1) {
      model.save(Path.of(args[1]));
    }
    newNames(model, names).forEach(System.out::println);
  }

  static VanillaRnn train(List<String> names) {
    EncodedText text = Documents.lines().of(names);
    VanillaRnn rnn = VanillaRnn.builder(text.vocab()).documents(Documents.lines()).build();
    return Trainer.of(rnn).trainEpochs(text, 10).best();
  }

  static List<String> newNames(VanillaRnn model, List<String> names) {
    Set<String> known = new HashSet<>(names);
    return Sampler.of(model)
        .temperature(0.7) // below 1: likelier names, and less daring ones
        .documents(30)
        .filter(name -> !known.contains(name))
        .distinct()
        .limit(20)
        .toList();
  }
}
