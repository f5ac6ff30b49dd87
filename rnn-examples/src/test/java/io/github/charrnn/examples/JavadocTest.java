package io.github.charrnn.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.StartElementTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.PackageTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import io.github.charrnn.internal.Range;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the library's Javadoc shows and says is true: its examples compile and run, and a range has
 * the words of the exception that guards it. That nothing is missing is doclint's to say.
 */
class JavadocTest {
  private static final Path SOURCES = Path.of("../rnn-core/src/main/java/io/github/charrnn");
  private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

  /** What examples go on with; a variable of their own goes before a field of the same name. */
  private static final String GIVEN =
      """
      import io.github.charrnn.*;
      import java.nio.file.*;
      import java.util.*;
      import java.util.stream.*;
      public class Examples {
        static Path directory;
        static Path log;
        static String text;
        static CharVocab vocab;
        static VanillaRnn rnn;
        public static void begin(Path given) throws Exception {
          directory = given;
          log = write("lines.txt", "The cat sat on the mat.\\nA cat may look at a king.\\n");
          text = Files.readString(log).repeat(50);
          vocab = CharVocab.of(text);
          rnn = VanillaRnn.builder(vocab).hiddenSize(9).documents(Documents.lines()).build();
          VanillaRnn.builder(vocab).hiddenSize(9).build().save(directory.resolve("book.safetensors"));
          write("book.txt", text.substring(0, 500));
          write("names.txt", "charlotte\\noscar\\n".repeat(3));
        }
        private static Path write(String name, String content) throws Exception {
          return Files.writeString(directory.resolve(name), content);
        }
      """;

  /**
   * As in {@code Range.AT_LEAST_ZERO.require("x", x)}, {@code atLeast(1, ...)}, {@code within(1, 9,
   * ...)}.
   */
  private static final Pattern GUARD =
      Pattern.compile(
          "Range\\.(\\w+)(?:\\.require\\(|\\((\\d+)L?, (?:[\\w.]+, )?)\"\\w+\", (\\w+)\\)");

  private static final List<Documented> API = new ArrayList<>();

  @TempDir Path directory;

  /** A package, type, method or field of a public type, with its comment. */
  private record Documented(String where, Tree tree, DocCommentTree comment) {
    List<String> examples() {
      List<String> examples = new ArrayList<>();
      boolean preformatted = false;
      for (DocTree part : comment.getFullBody()) {
        if (part instanceof StartElementTree element) {
          preformatted = element.getName().contentEquals("pre");
        } else if (part instanceof LiteralTree code && preformatted) {
          examples.add(code.getBody().getBody());
        }
      }
      return examples;
    }

    @Override
    public String toString() {
      return where;
    }

    /** The tags of a kind, one a line. */
    String tags(DocTree.Kind kind) {
      return comment.getBlockTags().stream()
          .filter(it -> it.getKind() == kind)
          .map(it -> it.toString().replaceAll("\\s+", " "))
          .collect(Collectors.joining("\n"));
    }
  }

  @BeforeAll
  static void readSources() throws IOException {
    try (StandardJavaFileManager files = COMPILER.getStandardFileManager(null, null, UTF_8);
        Stream<Path> sources = Files.list(SOURCES)) {
      List<Path> java = sources.filter(it -> it.toString().endsWith(".java")).sorted().toList();
      Iterable<? extends JavaFileObject> units = files.getJavaFileObjectsFromPaths(java);
      JavacTask task = (JavacTask) COMPILER.getTask(null, files, null, null, null, units);
      Collector collector = new Collector(DocTrees.instance(task));
      for (CompilationUnitTree unit : task.parse()) {
        collector.scan(unit, null);
      }
    }
  }

  private static final class Collector extends TreePathScanner<Void, Void> {
    private final DocTrees trees;

    Collector(DocTrees trees) {
      this.trees = trees;
    }

    @Override
    public Void visitPackage(PackageTree tree, Void none) {
      add(tree.getPackageName().toString(), tree);
      return null;
    }

    @Override
    public Void visitClass(ClassTree tree, Void none) {
      if (isPublic(tree)) {
        add(tree.getSimpleName().toString(), tree);
        super.visitClass(tree, null);
      }
      return null;
    }

    private boolean isPublic(ClassTree tree) {
      Tree outer = getCurrentPath().getParentPath().getLeaf();
      return tree.getModifiers().getFlags().contains(Modifier.PUBLIC)
          || outer.getKind() == Tree.Kind.INTERFACE;
    }

    @Override
    public Void visitMethod(MethodTree tree, Void none) {
      ClassTree type = (ClassTree) getCurrentPath().getParentPath().getLeaf();
      add(type.getSimpleName() + "." + tree.getName(), tree);
      return null;
    }

    private void add(String where, Tree tree) {
      DocCommentTree comment = trees.getDocCommentTree(getCurrentPath());
      if (comment != null) {
        API.add(new Documented(where, tree, comment));
      }
    }
  }

  @Tag("long")
  @Test
  void examples_compileAndRun() throws Exception {
    List<String> methods = new ArrayList<>();
    for (Documented it : API) {
      for (String example : it.examples()) {
        String begin =
            "  // %s\n  public static void example%d() throws Exception {\n"
                .formatted(it.where, methods.size());
        methods.add(begin + shortened(example) + "\n  }\n");
      }
    }
    assertThat(methods).hasSizeGreaterThanOrEqualTo(13);
    Path source = directory.resolve("Examples.java");
    Files.writeString(source, GIVEN + String.join("", methods) + "}\n");

    String path = System.getProperty("java.class.path");
    int errors =
        COMPILER.run(null, null, null, "-cp", path, "-Xlint:all", "-Werror", source.toString());

    assertThat(errors).as("of %s", methods).isZero();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      Class<?> examples = loader.loadClass("Examples");
      examples.getMethod("begin", Path.class).invoke(null, directory);
      List<String> printed =
          ExamplesTest.printed(
              arguments -> {
                for (int i = 0; i < methods.size(); i++) {
                  boolean goesOn = methods.get(i).contains("Files.exists");
                  for (int round = 0; round < (goesOn ? 2 : 1); round++) {
                    examples.getMethod("example" + i).invoke(null);
                  }
                }
              });
      assertThat(printed)
          .as("scores of lines")
          .anyMatch(it -> it.endsWith("\tThe cat sat on the mat."));
    }
    assertThat(directory.resolve("book.csv")).isNotEmptyFile();
    assertThat(directory.resolve("book.checkpoint")).isNotEmptyFile();
  }

  /** With fewer steps, and files in the test's directory. */
  private static String shortened(String example) {
    return example
        .replace("plan.steps()", "2")
        .replace("100_000)", "30)")
        .replace("10_000,", "10,")
        .replace("Path.of(", "directory.resolve(");
  }

  @Test
  void ranges_haveTheWordsOfTheExceptionsThatGuardThem() throws Exception {
    int guards = 0;
    for (Documented it : API) {
      if (it.tree instanceof MethodTree method && method.getBody() != null) {
        for (MatchResult guard : GUARD.matcher(method.getBody().toString()).results().toList()) {
          guards++;
          requireSameWords(it, guard.group(1), guard.group(2), guard.group(3));
        }
      }
    }
    assertThat(guards).isGreaterThan(40);
  }

  private static void requireSameWords(Documented it, String range, String least, String name)
      throws ReflectiveOperationException {
    String allowed;
    String refused;
    if (range.equals("atLeast")) {
      allowed = "at least " + least;
      refused = "below " + least;
    } else if (range.equals("within")) {
      allowed = "from " + least + " to ";
      refused = "not " + allowed;
    } else {
      allowed = ((Range) Range.class.getField(range).get(null)).words();
      refused = "not " + allowed;
    }
    assertThat(it.tags(DocTree.Kind.PARAM).lines())
        .as("@param %s of %s", name, it.where)
        .anyMatch(tag -> tag.startsWith("@param " + name + " ") && tag.contains(allowed));
    assertThat(it.tags(DocTree.Kind.THROWS).lines())
        .as("@throws of %s if %s is not in its range", it.where, name)
        .anyMatch(tag -> tag.contains(name) && tag.contains(refused));
  }

  @Test
  void types_sayFromWhichVersionOn() {
    assertThat(API)
        .filteredOn(it -> it.tree instanceof ClassTree)
        .hasSizeGreaterThan(40)
        .allSatisfy(
            it -> assertThat(it.tags(DocTree.Kind.SINCE)).as(it.where).startsWith("@since 0."));
  }
}
