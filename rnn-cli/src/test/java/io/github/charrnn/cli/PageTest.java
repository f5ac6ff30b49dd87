package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.cli.files.ModelFiles;
import io.github.charrnn.cli.output.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages as a real browser shows them. */
class PageTest {
  private static final String HOSTILE =
      "</script><script>alert(1)</script> & <img src=x onerror=alert(2)> \u0007\u001B[31m"
          + " \u202Eevil\u202C \u05E9\u05DC\u05D5\u05DD \u0645\u0631\u062D\u0628\u0627 \uD83D\uDE00"
          + " &lt;b&gt; \u2028 \"quoted\" 'too' @DATA@ ${x} \\u003c e\u0301\n";

  /** Those that are seen. */
  private static final String HEADINGS =
      "[...document.querySelectorAll('h2')].filter(it => it.offsetParent)";

  /** So many that the page sees some of them. */
  private static final int LIVE_STEPS = Boolean.getBoolean("tests.long") ? 24_000 : 12_000;

  @TempDir static Path directory;
  private static Optional<Browser> started = Optional.empty();
  private static Path model = Path.of("");

  @BeforeAll
  static void startAndTrain() throws IOException {
    Needed.isThere(
        Browser.executable().isPresent(),
        "PageTest looks at the pages in a browser, and there is no Chromium"
            + " (Debian: apt-get install chromium)");
    model = directory.resolve("story.safetensors");
    train(
        "-o",
        model,
        "--steps",
        2_000,
        "--sample-every",
        500,
        "--validation",
        0.1,
        "--validation-every",
        500,
        "-q",
        "--json");
    started = Optional.of(Browser.start());
  }

  @AfterAll
  static void stop() {
    started.ifPresent(Browser::close);
  }

  private static Browser browser() {
    return started.orElseThrow();
  }

  private static void train(Object... arguments) {
    Object[] words = new Object[arguments.length + 2];
    words[0] = "train";
    words[1] = "--recipe=course";
    System.arraycopy(arguments, 0, words, 2, arguments.length);
    Cli.Outcome outcome = Cli.run(words);
    assertThat(outcome.code()).as(outcome.err()).isZero();
  }

  private static void open(Path page) {
    browser().offline(true);
    browser().media("screen");
    browser().scheme("light");
    browser().size(1200, 900);
    browser().open(page.toUri().toString());
    browser().await("document.documentElement.dataset.drawn !== undefined");
  }

  /** Every visible canvas has ink of several colours on it. */
  private static void assertDrawn(long charts) {
    assertThat(browser().number("+document.documentElement.dataset.drawn")).isEqualTo(charts);
    long painted =
        browser()
            .number(
                """
                [...document.querySelectorAll('canvas')].filter(canvas => {
                  const data = canvas.getContext('2d')
                      .getImageData(0, 0, canvas.width, canvas.height).data;
                  const colours = new Set();
                  for (let i = 0; i < data.length; i += 4) {
                    if (data[i + 3] === 255) colours.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
                  }
                  return colours.size > 2;
                }).length
                """);
    assertThat(painted).as("painted charts").isEqualTo(charts);
  }

  /** In both schemes and at both widths, with everything opened: nothing sticks out, no error. */
  private static void assertFits(long charts) {
    browser().evaluate("document.querySelectorAll('details').forEach(it => it.open = true)");
    for (String scheme : List.of("light", "dark")) {
      browser().scheme(scheme);
      for (int width : new int[] {1200, 390}) {
        browser().size(width, 844);
        assertThat(browser().number("innerWidth")).isEqualTo(width);
        assertThat(browser().number("document.documentElement.scrollWidth"))
            .as("%s, %d px wide", scheme, width)
            .isLessThanOrEqualTo(width);
        assertDrawn(charts);
      }
      assertThat(browser().number(brightness()))
          .as("brightness of the page, %s", scheme)
          .isBetween(scheme.equals("light") ? 230L : 0L, scheme.equals("light") ? 255L : 60L);
    }
    assertThat(browser().errors()).isEmpty();
  }

  private static String brightness() {
    return "+getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]";
  }

  @Test
  void aReport_opensFromAFile_withoutNetworkOrError_atEveryWidthAndScheme() {
    open(new ModelFiles(model).page());

    assertThat(browser().text(HEADINGS + ".map(it => it.textContent).join('; ')"))
        .isEqualTo(
            "Loss; How the text evolved; Passages from the best model; How good it is; What single"
                + " neurons respond to; Gradient check; Settings, machine, repeating");
    assertThat(browser().text("document.querySelector('h1').textContent"))
        .isEqualTo("story.safetensors");
    assertFits(4);
  }

  /** Where an element ends, in pixels from the top of the page. */
  private static long bottom(String element) {
    return browser().number("Math.ceil(" + element + ".getBoundingClientRect().bottom + scrollY)");
  }

  @Test
  void theFirstScreen_saysWhatCameOfIt_withACurveAndAText() {
    open(new ModelFiles(model).page());
    browser().size(1280, 800);

    assertThat(bottom("document.querySelector('canvas')")).isLessThan(800);
    assertThat(bottom("document.querySelector('pre')")).isLessThan(800);
    String text = browser().text("document.querySelector('pre').textContent");
    assertThat(text).hasSizeBetween(40, 440);
    assertThat(browser().text("document.querySelector('#passages').textContent"))
        .contains(text.replace(" …", ""));
    assertThat(browser().text("document.querySelector('.lead').textContent"))
        .matches(
            "Best (smooth|held-out) loss \\d\\.\\d\\d bits per character, at step [\\d,]+: on"
                + " average the network is as uncertain as a choice among \\d+\\.\\d characters\\."
                + " (Better|No better) than [^.]+\\. 100 hidden units, .* s\\.");
  }

  @Test
  void whatTheMeasuresAre_standsBesideThem() {
    open(new ModelFiles(model).page());

    assertThat(browser().text("document.querySelector('#gradients').textContent"))
        .contains("|a − d| / max(10⁻⁶, |a| + |d|)", "003 gives the mean difference");
    assertThat(browser().text("document.querySelector('#loss').textContent"))
        .contains("0.999 · smooth loss + 0.001 · loss");
    assertThat(browser().text("document.querySelector('#comparison').textContent"))
        .contains("Counted up to n = 10", "gzip, level 9", "32 kB", "PPM-like mix, order ");
    assertThat(browser().text("document.querySelector('#samples').textContent"))
        .contains("in 5,000 characters at each point", "three letters or more");
    assertThat(browser().text("document.querySelector('#units').textContent"))
        .containsPattern(
            "Unit \\d+ (switches (on|off) (at|inside)|rises|falls) .* \\(r = −?0\\.\\d\\d\\)")
        .doesNotContain("= -");
  }

  @Test
  void theChartOfCopiedRuns_endsWhereTheyDo() {
    open(new ModelFiles(model).page());

    long longest =
        browser()
            .number(
                "Math.max(...JSON.parse(document.querySelector('#data').textContent)"
                    + ".passages.map(it => it.verbatim.longest))");
    String chart = "Chart.getChart(document.querySelector('#passages canvas'))";
    assertThat(longest).isBetween(5L, 45L);
    assertThat(browser().number(chart + ".scales.x.max")).isEqualTo(longest + 1);
    assertThat(
            browser().number("Math.max(..." + chart + ".data.datasets.map(it => it.data.length))"))
        .as("lengths from 5 on")
        .isEqualTo(longest + 1 - 4);
  }

  @Test
  void theCurves_areThoseOfTheRun() throws IOException {
    open(new ModelFiles(model).page());

    String chart = "Chart.getChart(document.querySelector('canvas')).data.datasets";
    assertThat(browser().text(chart + ".map(it => it.label).join('; ')"))
        .contains("smooth loss", "loss", "held-out");
    assertThat(browser().number(chart + ".find(it => it.label.startsWith('held-out')).data.length"))
        .as("steps 0, 500, ... 2,000")
        .isEqualTo(5);
    assertThat(browser().number(chart + ".find(it => it.label === 'smooth loss').data.at(-1).x"))
        .isEqualTo(2_000);
  }

  @Test
  void aReport_isUsableByKeyboard() {
    open(new ModelFiles(model).page());

    String unit = "Chart.getChart(document.querySelector('canvas')).options.scales.y.title.text";
    assertThat(browser().text(unit)).isEqualTo("nats per window");
    for (int i = 0; i < 60 && !browser().is("document.activeElement.type === 'radio'"); i++) {
      browser().press("Tab");
    }
    browser().press("ArrowRight");
    browser().await("(" + unit + ") === 'bits per character'");
    for (int i = 0; i < 60 && !browser().is("document.activeElement.tagName === 'SUMMARY'"); i++) {
      browser().press("Tab");
    }
    browser().press("Enter");
    browser().await("document.activeElement.parentElement.querySelectorAll('tr').length > 10");
  }

  @Test
  void aReport_tellsAScreenReaderWhatItShows() {
    open(new ModelFiles(model).page());

    assertThat(browser().accessibility())
        .contains("heading: story.safetensors", "radio: bits per character", "button: Copy")
        .anyMatch(node -> node.startsWith("image: Line chart of the loss"))
        .anyMatch(node -> node.startsWith("image: Bar chart, bits per character: uniform "))
        .anyMatch(node -> node.startsWith("table: ") || node.startsWith("caption: "));
  }

  @Test
  void aReport_isPrintedOnWhite() {
    open(new ModelFiles(model).page());
    browser().scheme("dark");

    assertThat(new String(browser().pdf(), 0, 5, UTF_8)).isEqualTo("%PDF-");
    browser().media("print");
    assertThat(browser().number("+getComputedStyle(document.body).color.match(/\\d+/)[0]"))
        .as("dark text")
        .isLessThan(80);
    assertThat(browser().errors()).isEmpty();
  }

  @Test
  void hostileContent_isShownAndNotExecuted() throws IOException {
    Path book = Files.writeString(directory.resolve("<b>&amp;'book.txt"), HOSTILE.repeat(60));
    Path hostile = directory.resolve("<img src=x onerror=alert(3)>@STYLE@");
    train(
        book, "-o", hostile, "--steps", 300, "--sample-every", 100, "--hidden", 30, "-q", "--json");

    open(new ModelFiles(hostile).page());
    assertThat(browser().text("document.querySelector('h1').textContent"))
        .isEqualTo(hostile.getFileName().toString());
    assertThat(browser().text("document.title")).contains(hostile.getFileName().toString());
    assertThat(
            browser().number("document.querySelectorAll('main script, main img, main b').length"))
        .isZero();
    assertFits(browser().number("+document.documentElement.dataset.drawn"));

    Path page = directory.resolve("surprisal.html");
    Cli.Outcome outcome = Cli.run("evaluate", hostile, book, "--html", page);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    open(page);
    assertThat(browser().text("document.querySelector('pre').textContent"))
        .contains(
            "</script><script>alert(1)</script> & <img src=x onerror=alert(2)> \u2407\u241B[31m"
                + " [U+202E]evil[U+202C] \u05E9\u05DC\u05D5\u05DD \u0645\u0631\u062D\u0628\u0627"
                + " \uD83D\uDE00 &lt;b&gt; [U+2028] \"quoted\" 'too' @DATA@ ${x} \\u003c e\u0301\n");
    assertFits(0);
  }

  @Test
  void severalRuns_areCompared() {
    Path other = directory.resolve("other.safetensors");
    train("-o", other, "--steps", 1_000, "--hidden", 20, "--seq", 10, "-q", "--json");
    Path page = directory.resolve("both.html");
    Cli.Outcome outcome = Cli.run("compare", model, other, "-o", page);
    assertThat(outcome.code()).as(outcome.err()).isZero();

    open(page);
    assertThat(browser().text("document.querySelector('h1').textContent"))
        .isEqualTo("2 runs compared");
    assertThat(browser().text("document.querySelector('main').textContent"))
        .contains("story", "other", "hidden units");
    assertFits(2);
  }

  @Test
  void aReportMadeAgain_looksTheSame() throws IOException {
    byte[] before = Files.readAllBytes(new ModelFiles(model).page());
    Files.delete(new ModelFiles(model).page());

    Cli.Outcome outcome = Cli.run("report", model);

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(new ModelFiles(model).page()).hasBinaryContent(before);
  }

  /** A training in this process whose standard error can be read while it runs. */
  private static final class Live {
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final CompletableFuture<Integer> code;

    Live(Path model) {
      Terminal terminal =
          new Terminal(
              new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(), err, false, 0);
      code =
          CompletableFuture.supplyAsync(
              () ->
                  Main.run(
                      terminal,
                      "train",
                      "--recipe",
                      "course",
                      "-o",
                      model.toString(),
                      "--live",
                      "--steps",
                      Integer.toString(LIVE_STEPS),
                      "--sample-every",
                      Integer.toString(LIVE_STEPS / 12),
                      "--no-checkpoint"));
    }

    String address() throws InterruptedException {
      while (!err.toString(UTF_8).contains("live: http")) {
        Thread.sleep(20);
      }
      return err.toString(UTF_8)
          .lines()
          .filter(it -> it.startsWith("live: "))
          .findFirst()
          .orElseThrow()
          .substring("live: ".length());
    }
  }

  @Test
  void theLivePage_growsWhileTrainingRuns_andShowsItsEnd() throws Exception {
    Path live = directory.resolve("live.safetensors");
    Live training = new Live(live);
    String address = training.address();
    browser().offline(false);
    browser().size(1200, 900);
    browser().scheme("light");
    browser().open(address);
    browser().await("document.documentElement.dataset.drawn !== undefined");
    assertThat(browser().text("document.querySelector('[role=status]').textContent")).isNotEmpty();
    long steps = browser().number("+document.documentElement.dataset.steps");
    browser().await("+document.documentElement.dataset.steps > " + steps);
    steps = browser().number("+document.documentElement.dataset.steps");
    assertThat(steps).isLessThan(LIVE_STEPS);
    assertThat(browser().text("document.title")).matches("\\d+ % · \\d+\\.\\d bits · live");
    assertThat(browser().text("document.querySelector('#loss h3').textContent"))
        .matches("At step [\\d,]+ it writes");
    assertThat(browser().is("document.querySelector('header + section').id === 'loss'")).isTrue();
    assertRefused(address);

    browser().await("+document.documentElement.dataset.steps === " + LIVE_STEPS);
    assertThat(training.code.get()).as(training.err.toString(UTF_8)).isZero();
    browser().await(HEADINGS + ".length >= 7");
    assertThat(browser().text("document.querySelector('.state').textContent"))
        .contains("Training has finished", "Saved: " + live + ", " + new ModelFiles(live).page())
        .containsPattern("Next: .*rnn sample .*live.safetensors.* --temperature 0.7");
    assertThat(browser().text("document.title")).matches("finished · \\d+\\.\\d bits · live");
    assertThat(browser().errors()).as("the server has gone").isEmpty();
    assertDrawn(4);
    assertThat(new ModelFiles(live).page()).exists();
  }

  /** A page from elsewhere cannot read the live page, and nobody can write to it. */
  private static void assertRefused(String address) throws IOException, InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest post =
        HttpRequest.newBuilder(URI.create(address))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    assertThat(client.send(post, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(405);
    String foreign = address.replace("127.0.0.1", "foreign.example");
    browser().open(foreign);
    assertThat(browser().text("document.body.textContent")).contains("is for http://127.0.0.1:");
    browser().open(address);
    browser().await("document.documentElement.dataset.drawn !== undefined");
  }
}
