package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What threads may share, and that they may. */
class SharedModelTest {
  private static final int THREADS = 8;
  private static final EncodedText TEXT = Texts.harbour();

  /** Everything that a model is asked for, as bits and strings. */
  private static List<Callable<Object>> questions(VanillaRnn model, Recipe recipe) {
    String some = TEXT.part(0, 70).decode();
    List<String> lines = List.of("the harbour", some, "boats and nets", some.substring(9));
    return List.of(
        () -> Sampler.of(model).seed(3).temperature(0.8).topK(5).sample(60),
        () -> Sampler.of(model).seed(4).threads(2).samples(20, 9),
        () -> model.evaluate(TEXT),
        () -> model.evaluate(some),
        () -> Scorer.of(model).threads(1).evaluateAll(lines),
        () -> Scorer.of(model).threads(2).evaluate(TEXT),
        () -> Predictor.of(model).read(some).top(4),
        () -> bits(model.surprisals(some)),
        () -> bits(model.states(TEXT.part(5, 40))),
        () -> bits(model.gradient(TEXT.part(0, 26)).w()),
        () -> bits(model.withSymbols(model.vocab().and(CharVocab.of("\u00e9a"))).c()),
        () -> model.measured(TEXT).startLoss(),
        () -> GradientCheck.of(model).sequenceLength(3).elements(2).run(TEXT).parameters(),
        () -> Trainer.of(model).recipe(recipe).threads(1).train(TEXT, 4).last().fingerprint(),
        model::fingerprint);
  }

  private static List<Double> bits(double[] values) {
    return Arrays.stream(values).boxed().toList(); // equal to the bit
  }

  @Test
  void aModel_sharedByEightThreads_answersEachAsItAnswersOne() throws Exception {
    VanillaRnn fresh = VanillaRnn.builder(TEXT.vocab()).hiddenSize(20).build();
    VanillaRnn model = Trainer.of(fresh).train(TEXT, 50).best();
    List<Callable<Object>> questions = questions(model, Recipe.course().withBatchSize(2));
    List<Object> expected = answers(questions, new Random(0));

    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      CyclicBarrier start = new CyclicBarrier(THREADS);
      List<Future<List<Object>>> answers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Random order = new Random(i);
        answers.add(
            threads.submit(
                () -> {
                  start.await();
                  return answers(questions, order);
                }));
      }
      for (Future<List<Object>> answer : answers) {
        assertThat(answer.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** In the order of the questions, asked in another. */
  private static List<Object> answers(List<Callable<Object>> questions, Random random)
      throws Exception {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    Object[] answers = new Object[questions.size()];
    for (int i : order) {
      answers[i] = questions.get(i).call();
    }
    return Arrays.asList(answers);
  }

  @Test
  @Tag("once")
  void everyPublicType_saysInItsJavadoc_whatThreadsMayDoWithIt() throws Exception {
    Pattern statement = Pattern.compile("[Ss]afe for use by many|Not safe for use by several");
    List<String> silent = new ArrayList<>();
    List<Class<?>> types = PublicTypes.all();
    for (Class<?> type : types) {
      if (!statement.matcher(javadoc(type)).find()) {
        silent.add(type.getName());
      }
    }
    assertThat(types).hasSizeGreaterThan(30);
    assertThat(silent).isEmpty();
  }

  /** The comment before a type's declaration, on one line. */
  private static String javadoc(Class<?> type) throws IOException {
    Class<?> file = type;
    while (file.getEnclosingClass() != null) {
      file = file.getEnclosingClass();
    }
    String source =
        Files.readString(
            Path.of("src/main/java/io/github/charrnn", file.getSimpleName() + ".java"));
    Pattern declaration =
        Pattern.compile(
            "/[*][*]((?:(?![*]/).)*)[*]/\\s*(?:@\\w+(?:\\([^)]*\\))?\\s*)*(?:\\w+ )*"
                + "(?:class|record|enum|interface) "
                + type.getSimpleName()
                + "\\b",
            Pattern.DOTALL);
    Matcher found = declaration.matcher(source);
    assertThat(found.find()).as(type.getName()).isTrue();
    return found.group(1).replaceAll("\\s*\n\\s*[*]\\s*", " ");
  }
}
