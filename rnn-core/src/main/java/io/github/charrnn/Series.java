package io.github.charrnn;

import java.util.ArrayList;
import java.util.List;

/**
 * What is noted at regular intervals of a run, thinned: when it becomes too much, every second item
 * goes, and from then on only every second is noted. The first, of step 0, stays.
 */
final class Series<T> {
  private final List<T> items = new ArrayList<>();
  private long stride = 1; // of the intervals, those that are noted

  /**
   * Makes room, and says whether the item of an interval is to be noted.
   *
   * @param interval how many there have been before
   * @param most how many items there may be, at least 1
   */
  boolean wants(long interval, int most) {
    while (items.size() >= most && interval % stride == 0) {
      for (int i = items.size() - 1; i > 0; i--) {
        if (i % 2 == 1) {
          items.remove(i);
        }
      }
      stride *= 2;
      if (most == 1) {
        return false;
      }
    }
    return interval % stride == 0;
  }

  void add(T item) {
    items.add(item);
  }

  List<T> items() {
    return List.copyOf(items);
  }

  long stride() {
    return stride;
  }

  void restore(List<T> items, long stride) {
    this.items.clear();
    this.items.addAll(items);
    this.stride = stride;
  }
}
