package io.github.charrnn.internal;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** What is chosen by a name. */
public final class Named {
  private Named() {}

  /**
   * The one of that name.
   *
   * @param what the subject of the sentence
   * @throws NullPointerException if there is no name
   * @throws IllegalArgumentException if none of them has it
   */
  public static <T> T find(
      String what, String name, List<? extends T> all, Function<? super T, String> nameOf) {
    Objects.requireNonNull(name, "name");
    for (T one : all) {
      if (nameOf.apply(one).equals(name)) {
        return one;
      }
    }
    throw new IllegalArgumentException(
        what + " is " + name + ", must be " + or(all.stream().map(nameOf).toList()));
  }

  /** As in "a, b or c". */
  static String or(List<String> names) {
    int last = names.size() - 1;
    return last < 1
        ? String.join("", names)
        : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
  }
}
