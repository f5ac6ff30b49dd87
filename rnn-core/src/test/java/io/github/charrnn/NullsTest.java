package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.LearningRate.Decay;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Null is refused by everything public, at once, by the name of the parameter. */
@Tag("once")
class NullsTest {
  private static final EncodedText TEXT = CharVocab.of("a b\n").encode("\na b\nb a\n");
  private static final VanillaRnn MODEL =
      VanillaRnn.builder(TEXT.vocab()).hiddenSize(2).documents(Documents.lines()).build();
  private static final Path NOWHERE = Path.of("target", "no-such-folder", "file");

  /** An argument of each type, and at the same time the object whose methods are called. */
  private final Map<Class<?>, Object> values = new HashMap<>();

  NullsTest() {
    Trainer trainer = Trainer.of(MODEL).sequenceLength(2);
    TrainingResult result = trainer.train(TEXT, 1);
    for (Object value :
        List.of(
            TEXT,
            TEXT.vocab(),
            MODEL,
            VanillaRnn.builder(TEXT.vocab()),
            trainer,
            trainer.start(TEXT),
            result,
            result.history(),
            Documents.lines(),
            Documents.lines().reader(),
            HeldOut.tail(TEXT, 2),
            GradientCheck.of(MODEL).sequenceLength(2),
            Plan.named("course", 8, 3),
            Predictor.of(MODEL),
            Recipe.course(),
            Sampler.of(MODEL),
            Scorer.of(MODEL),
            LearningRate.constant(1),
            Decay.LINEAR,
            BestBy.LAST,
            UnknownSymbols.skip())) {
      values.put(value.getClass(), value);
    }
    values.put(int.class, 1);
    values.put(long.class, 1L);
    values.put(double.class, 0.5);
    values.put(boolean.class, true);
    values.put(String.class, "ab");
    values.put(CharSequence.class, "ab");
    values.put(int[].class, new int[] {1, 2});
    values.put(byte[].class, new byte[] {1, 2});
    values.put(Shards.class, Shards.of(List.of(TEXT)));
    values.put(double[].class, new double[] {1, 2});
    values.put(Path.class, NOWHERE);
    values.put(Path[].class, new Path[] {NOWHERE});
    values.put(InputStream.class, new ByteArrayInputStream(new byte[0]));
    values.put(OutputStream.class, new ByteArrayOutputStream());
    values.put(ByteBuffer.class, ByteBuffer.allocate(1));
    values.put(Appendable.class, new StringWriter());
    values.put(List.class, List.of());
    values.put(Iterable.class, List.of());
    values.put(Iterator.class, Collections.emptyIterator());
    values.put(Function.class, Function.identity());
    values.put(Consumer.class, (Consumer<Object>) it -> {});
    values.put(BiConsumer.class, (BiConsumer<Object, Object>) (one, other) -> {});
    values.put(Clip.class, Clip.value(1));
    values.put(Optimizer.class, Optimizer.sgd());
    values.put(Initializer.class, Initializer.glorot());
  }

  @Test
  void everyPublicMethod_givenNull_namesTheParameter() throws ReflectiveOperationException {
    Set<String> wrong = new TreeSet<>();
    int tried = 0;
    for (Class<?> type : PublicTypes.all()) {
      for (Executable callee : callees(type)) {
        Parameter[] parameters = callee.getParameters();
        for (int i = 0; i < parameters.length; i++) {
          if (!parameters[i].getType().isPrimitive()) {
            String name = parameters[i].getName();
            check(callee, i, null, name, wrong);
            tried++;
            Optional<Object> withNull = withNull(parameters[i]);
            if (withNull.isPresent()) {
              check(callee, i, withNull.get(), name + "[1]", wrong);
              tried++;
            }
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(tried).isGreaterThan(100);
  }

  private static List<Executable> callees(Class<?> type) {
    List<Executable> callees = new ArrayList<>(List.of(type.getConstructors()));
    for (Method method : type.getDeclaredMethods()) {
      boolean ofJava =
          method.isSynthetic()
              || method.getName().equals("equals")
              || (type.isEnum() && method.getName().equals("valueOf"));
      if (Modifier.isPublic(method.getModifiers()) && !ofJava) {
        callees.add(method);
      }
    }
    return callees;
  }

  /** Two elements, of which the second is null, for a parameter that is a list. */
  private static Optional<Object> withNull(Parameter parameter) {
    String type = parameter.getParameterizedType().getTypeName();
    if (parameter.getType() == Path[].class) {
      return Optional.of(new Path[] {Path.of("pom.xml"), null});
    }
    if (parameter.getType() != List.class && parameter.getType() != Iterable.class) {
      return Optional.empty();
    }
    Object first =
        type.contains("EncodedText") ? TEXT : type.contains("Path") ? Path.of("pom.xml") : "ab";
    return Optional.of(Arrays.asList(first, null));
  }

  private void check(
      Executable callee, int at, @Nullable Object argument, String words, Set<String> wrong)
      throws ReflectiveOperationException {
    Parameter[] parameters = callee.getParameters();
    Object[] arguments = new Object[parameters.length];
    for (int i = 0; i < arguments.length; i++) {
      Class<?> type = parameters[i].getType();
      assertThat(values).as("an argument for " + callee).containsKey(type);
      arguments[i] = i == at ? argument : values.get(type);
    }
    String got = "nothing was thrown";
    try {
      call(callee, arguments);
    } catch (InvocationTargetException e) {
      Throwable thrown = e.getTargetException();
      if (thrown instanceof NullPointerException && words.equals(thrown.getMessage())) {
        return;
      }
      got = thrown.toString();
    }
    wrong.add(callee.toGenericString() + " with " + words + " null: " + got);
  }

  private void call(Executable callee, Object[] arguments) throws ReflectiveOperationException {
    if (callee instanceof Constructor<?> constructor) {
      constructor.newInstance(arguments);
    } else {
      Method method = (Method) callee;
      Object receiver = null;
      if (!Modifier.isStatic(method.getModifiers())) {
        assertThat(values).as("a receiver of " + method).containsKey(method.getDeclaringClass());
        receiver = values.get(method.getDeclaringClass());
      }
      method.invoke(receiver, arguments);
    }
  }
}
