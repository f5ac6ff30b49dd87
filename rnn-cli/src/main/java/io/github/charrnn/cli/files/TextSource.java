package io.github.charrnn.cli.files;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.cli.output.Shell;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a text comes from: the story, standard input, a file; or, if it is of documents, several
 * files and directories as well.
 *
 * @param names as they were typed; none for the story
 * @param documents what the text is made of, unless it is one document
 */
public record TextSource(List<String> names, Optional<Documents> documents) {
  /** Makes the list immutable. */
  public TextSource {
    names = List.copyOf(names);
  }

  /** One text of that name, empty for the story. */
  public static TextSource of(String name, Optional<Documents> documents) {
    return new TextSource(name.isEmpty() ? List.of() : List.of(name), documents);
  }

  /** Reads the text and finds its vocabulary. */
  public EncodedText read(Terminal terminal) throws IOException {
    return documents.isEmpty()
        ? Sources.read(terminal, only(), (in, name) -> EncodedText.read(in, name))
        : read(
            terminal,
            documents.get().reader(),
            "leave out --documents and --delimiter, or name what ends a document");
  }

  /** Reads the text in a vocabulary that is given. */
  public EncodedText read(Terminal terminal, CharVocab vocab, UnknownSymbols unknown)
      throws IOException {
    return documents.isEmpty()
        ? alone(terminal, vocab, unknown)
        : read(terminal, documents.get().reader(vocab, unknown), "name more");
  }

  /** The same to measure a model with, or to find again, which may be a single document. */
  public EncodedText readAny(Terminal terminal, CharVocab vocab, UnknownSymbols unknown)
      throws IOException {
    if (documents.isEmpty()) {
      return alone(terminal, vocab, unknown);
    }
    return readSome(terminal, documents.get().reader(vocab, unknown)).finish();
  }

  private EncodedText alone(Terminal terminal, CharVocab vocab, UnknownSymbols unknown)
      throws IOException {
    return Sources.read(terminal, only(), (in, name) -> EncodedText.read(in, name, vocab, unknown));
  }

  private EncodedText read(Terminal terminal, Documents.Reader reader, String wayOut)
      throws IOException {
    if (readSome(terminal, reader).count() == 1) {
      throw new IOException(
          String.format(
              "%s, taken as %s, has only 1 of them, must have at least 2: %s",
              name(), documents.orElseThrow(), wayOut));
    }
    return reader.finish();
  }

  private Documents.Reader readSome(Terminal terminal, Documents.Reader reader) throws IOException {
    if (readAll(terminal, reader).count() == 0) {
      throw new IOException(name() + " has no text in it: name one that has");
    }
    return reader;
  }

  /** Each of its documents that a model of that vocabulary can write; maybe none. */
  public List<String> each(Terminal terminal, CharVocab vocab) throws IOException {
    Documents how = documents.orElseThrow();
    Documents.Reader reader = readAll(terminal, how.reader()); // what it does not know, too
    if (reader.count() == 0) {
      return List.of();
    }
    return Pattern.compile(Pattern.quote(Character.toString(how.boundary())))
        .splitAsStream(reader.finish().decode())
        .filter(document -> document.codePoints().allMatch(it -> vocab.symbolOf(it) >= 0))
        .toList();
  }

  /** What is odd about many files is said once, of the first of them. */
  private Documents.Reader readAll(Terminal terminal, Documents.Reader reader) throws IOException {
    Map<Contents.Oddity, List<String>> odd = new EnumMap<>(Contents.Oddity.class);
    for (String file : names.isEmpty() ? List.of(only()) : files()) {
      Sources.read(
          terminal,
          (oddity, note) -> odd.computeIfAbsent(oddity, it -> new ArrayList<>()).add(note),
          file,
          (in, name) -> {
            reader.read(in, name);
            return reader;
          });
    }
    for (List<String> notes : odd.values()) {
      int more = notes.size() - 1;
      String like = more == 1 ? " (1 more file is like it)" : " (%,d more files are like it)";
      Contents.say(
          terminal, notes.get(0) + (more == 0 ? "" : String.format(Locale.ROOT, like, more)));
    }
    return reader;
  }

  /** Each of its files by itself. */
  public List<TextSource> apart() throws IOException {
    return files().stream().map(file -> of(file, documents)).toList();
  }

  /** All files, those in a directory by name, without hidden and empty ones. */
  private List<String> files() throws IOException {
    List<String> files = new ArrayList<>();
    for (String name : names) {
      Path root = Path.of(name);
      if (name.equals(Sources.STANDARD_INPUT) || !Files.isDirectory(root)) {
        files.add(name);
        continue;
      }
      Path directory = root.toRealPath(); // what is typed may be a link to one
      try (Stream<Path> all = Files.walk(directory)) {
        all.filter(Files::isRegularFile)
            .map(directory::relativize)
            .filter(file -> !isHidden(file))
            .map(root::resolve)
            .filter(file -> file.toFile().length() > 0)
            .sorted()
            .map(Path::toString)
            .forEach(files::add);
      }
    }
    return files;
  }

  /** Whether a file in a directory, named from there, is none of its documents. */
  static boolean isHidden(Path file) {
    for (Path part : file) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  /** The name of the one text that there is, empty for the story. */
  private String only() {
    return names.isEmpty() ? "" : names.get(0);
  }

  /** What a person calls it. */
  public String name() {
    String first = Sources.name(only());
    return names.size() < 2
        ? first
        : first + " and " + (names.size() - 1) + (names.size() == 2 ? " other" : " others");
  }

  /** What models of it are named after. */
  public String stem() {
    return only();
  }

  /** Whether some of it comes from standard input. */
  public boolean piped() {
    return names.contains(Sources.STANDARD_INPUT);
  }

  /** As it is typed. */
  public List<String> typed() {
    List<String> words = new ArrayList<>();
    for (String name : names) {
      words.add(name.equals(Sources.STANDARD_INPUT) ? name : Shell.file(name));
    }
    documents.ifPresent(
        it -> {
          if (it.areLines() || it.delimiter().isEmpty()) {
            words.addAll(List.of("--documents", it.toString()));
          } else {
            words.addAll(List.of("--delimiter", Escapes.escaped(it.delimiter())));
          }
        });
    return words;
  }
}
