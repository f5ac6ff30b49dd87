package io.github.charrnn.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The real disk, on which one operation fails, or at which the power fails.
 *
 * <p>It keeps a model of what would be on the medium after a power failure: of a file, what was
 * forced, and of what was not anything; of a directory, the names as they were at its last force,
 * and any number of the changes after that, in their order.
 */
final class FaultyDisk implements Disk {
  /** What a file's unforced content may have become. */
  enum Unforced {
    LOST,
    HALF,
    ZEROED,
    KEPT
  }

  /** What goes wrong. */
  enum Fault {
    NONE,
    /** The operation fails and does nothing; a write writes half of it. */
    FAILS,
    /** The operation is done, and fails nevertheless. */
    FAILS_LATE,
    /** The power fails instead of the operation. */
    POWER
  }

  /** The power has failed: nothing works any more. */
  static final class PowerFailure extends IOException {
    private static final long serialVersionUID = 1;
  }

  private static final class Inode {
    private byte[] forced = new byte[0];
    private byte[] written = new byte[0];
  }

  private final Fault fault;
  private final int faultAt;
  private final Map<Path, Inode> names = new HashMap<>(); // as they are now
  private Map<Path, Inode> forcedNames = new HashMap<>();
  private final List<Consumer<Map<Path, Inode>>> unforced = new ArrayList<>();
  final List<String> operations = new ArrayList<>();
  private boolean off;

  FaultyDisk(Fault fault, int faultAt) {
    this.fault = fault;
    this.faultAt = faultAt;
  }

  /** A file that is there and safe before anything happens. */
  void add(Path file, byte[] content) {
    Inode inode = new Inode();
    inode.forced = content;
    inode.written = content;
    names.put(file, inode);
    forcedNames.put(file, inode);
  }

  private interface Operation {
    void run() throws IOException;
  }

  private void perform(String name, Operation operation, Operation half) throws IOException {
    if (off) {
      throw new PowerFailure();
    }
    boolean here = operations.size() == faultAt;
    operations.add(name);
    if (here && fault == Fault.POWER) {
      half.run();
      off = true;
      throw new PowerFailure();
    }
    if (here && fault == Fault.FAILS) {
      half.run();
      throw new IOException(name + " has failed");
    }
    operation.run();
    if (here && fault == Fault.FAILS_LATE) {
      throw new IOException(name + " has failed");
    }
  }

  private void perform(String name, Operation operation) throws IOException {
    perform(name, operation, () -> {});
  }

  private void rename(Consumer<Map<Path, Inode>> change) {
    change.accept(names);
    unforced.add(change);
  }

  @Override
  public Output create(Path file) throws IOException {
    List<Output> created = new ArrayList<>();
    Inode inode = new Inode();
    perform(
        "create",
        () -> {
          created.add(REAL.create(file));
          rename(map -> map.put(file, inode));
        });
    Output real = created.get(0);
    return new Output() {
      @Override
      public void write(ByteBuffer buffer) throws IOException {
        ByteBuffer half = buffer.duplicate().limit(buffer.limit() / 2);
        perform("write", () -> append(buffer), () -> append(half));
      }

      private void append(ByteBuffer buffer) throws IOException {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(inode.written);
        all.write(bytes);
        inode.written = all.toByteArray();
        real.write(buffer);
      }

      @Override
      public void force() throws IOException {
        perform(
            "force",
            () -> {
              real.force();
              inode.forced = inode.written;
            });
      }

      @Override
      public void close() throws IOException {
        try {
          perform("close", () -> {});
        } finally {
          real.close();
        }
      }
    };
  }

  @Override
  public void setPermissions(Path file, Set<PosixFilePermission> permissions) throws IOException {
    perform("setPermissions", () -> REAL.setPermissions(file, permissions));
  }

  @Override
  public void link(Path file, Path second) throws IOException {
    perform(
        "link",
        () -> {
          REAL.link(file, second);
          rename(map -> map.put(second, map.get(file)));
        });
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    perform(
        "move",
        () -> {
          REAL.move(from, to);
          rename(map -> map.put(to, map.remove(from)));
        });
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    perform(
        "forceDirectory",
        () -> {
          REAL.forceDirectory(directory);
          forcedNames = new HashMap<>(names);
          unforced.clear();
        });
  }

  @Override
  public void delete(Path file) throws IOException {
    perform(
        "delete",
        () -> {
          REAL.delete(file);
          rename(map -> map.remove(file));
        });
  }

  /** All that a file may be after a power failure now; {@link #NOTHING} if it may not be there. */
  List<byte[]> afterPowerFailure(Path file) {
    Map<String, byte[]> distinct = new LinkedHashMap<>();
    for (int count = 0; count <= unforced.size(); count++) {
      Map<Path, Inode> map = new HashMap<>(forcedNames);
      for (Consumer<Map<Path, Inode>> change : unforced.subList(0, count)) {
        change.accept(map);
      }
      Inode inode = map.get(file);
      for (Unforced kind : Unforced.values()) {
        byte[] content = inode == null ? NOTHING : content(inode, kind);
        distinct.put(Arrays.toString(content) + (inode == null), content);
      }
    }
    return new ArrayList<>(distinct.values());
  }

  /** Stands for a file that is not there. */
  static final byte[] NOTHING = new byte[0];

  private static byte[] content(Inode inode, Unforced kind) {
    int forced = inode.forced.length;
    int written = inode.written.length;
    return switch (kind) {
      case LOST -> inode.forced;
      case HALF -> Arrays.copyOf(inode.written, forced + (written - forced) / 2);
      case ZEROED -> Arrays.copyOf(inode.forced, written);
      case KEPT -> inode.written;
    };
  }
}
