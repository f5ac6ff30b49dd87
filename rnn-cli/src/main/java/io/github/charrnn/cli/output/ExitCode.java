package io.github.charrnn.cli.output;

/** What a shell learns from a command that has ended. */
public final class ExitCode {
  /** Done. */
  public static final int OK = 0;

  /** Failed; standard error says why. */
  public static final int FAILED = 1;

  /** The command line is wrong. */
  public static final int USAGE = 2;

  /** Ended by Ctrl-C. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
