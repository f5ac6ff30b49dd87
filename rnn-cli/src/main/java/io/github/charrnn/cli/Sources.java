package io.github.charrnn.cli;

import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import io.github.charrnn.ModelFormatException;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Where texts and models come from: files, standard input, and the story in the jar. */
final class Sources {
  /** The TEXT that means standard input. */
  static final String STANDARD_INPUT = "-";

  private static final String STORY = "story.txt";

  private Sources() {}

  /** Refuses an empty TEXT that was typed: it is a script's variable that was not set. */
  static void requireNamed(CommandSpec spec, String text) {
    boolean typed = spec.commandLine().getParseResult().hasMatchedPositional(0);
    if (typed && text.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "TEXT is empty: name a file, or leave it out for the story");
    }
  }

  /** Reads a text and finds its vocabulary; an empty name is the story. */
  static EncodedText text(Terminal terminal, String name) throws IOException {
    if (name.isEmpty()) {
      try (InputStream in = story()) {
        return EncodedText.read(in, STORY);
      }
    }
    if (name.equals(STANDARD_INPUT)) {
      return EncodedText.read(terminal.in(), "standard input");
    }
    return EncodedText.read(file(name));
  }

  /** Reads a text in a vocabulary that is given. */
  static EncodedText text(Terminal terminal, String name, CharVocab vocab, UnknownSymbols unknown)
      throws IOException {
    if (name.isEmpty()) {
      try (InputStream in = story()) {
        return EncodedText.read(in, STORY, vocab, unknown);
      }
    }
    return name.equals(STANDARD_INPUT)
        ? EncodedText.read(terminal.in(), "standard input", vocab, unknown)
        : EncodedText.read(file(name), vocab, unknown);
  }

  /** Loads a model; what is wrong with it is said with its name. */
  static VanillaRnn model(Path file) throws IOException {
    try {
      return VanillaRnn.load(file);
    } catch (ModelFormatException e) {
      throw new IOException(file + " cannot be used as a model: " + e.getMessage(), e);
    }
  }

  /** The policy that the option --unknown names. */
  static UnknownSymbols unknown(CommandSpec spec, String policy) {
    if (policy.equals("fail")) {
      return UnknownSymbols.fail();
    }
    if (policy.equals("skip")) {
      return UnknownSymbols.skip();
    }
    if (policy.codePointCount(0, policy.length()) != 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--unknown: it is '" + policy + "', must be fail, skip or a single symbol");
    }
    return UnknownSymbols.replaceWith(policy.codePointAt(0));
  }

  private static InputStream story() throws IOException {
    InputStream in = Sources.class.getResourceAsStream(STORY);
    if (in == null) {
      throw new FileNotFoundException("the jar has lost its " + STORY);
    }
    return in;
  }

  private static Path file(String name) throws IOException {
    Path file = Path.of(name);
    if (Files.isDirectory(file)) {
      throw new FileSystemException(name, null, "this is a directory, a text is a file");
    }
    return file;
  }
}
