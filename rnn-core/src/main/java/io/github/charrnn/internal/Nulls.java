package io.github.charrnn.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Lists in which null is refused by its place, as {@link Objects#requireNonNull} does by a name.
 */
public final class Nulls {
  private Nulls() {}

  /**
   * An immutable copy.
   *
   * @param name of the list, for messages
   * @throws NullPointerException if there is no list, or null in it
   */
  public static <T> List<T> copyWithout(Iterable<? extends T> list, String name) {
    Objects.requireNonNull(list, name);
    List<T> copy = new ArrayList<>();
    for (T one : list) {
      copy.add(Objects.requireNonNull(one, () -> name + "[" + copy.size() + "]"));
    }
    return List.copyOf(copy);
  }
}
