package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.charrnn.cli.files.ModelFiles;
import io.github.charrnn.cli.output.Terminal;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The pages as a real browser shows them. */
@Tag("long")
class PageTest {
  private static final String HOSTILE =
      "</script><script>alert(1)</script> & <img src=x onerror=alert(2)> \u0007\u001B[31m"
          + " \u202Eevil\u202C \u05E9\u05DC\u05D5\u05DD \u0645\u0631\u062D\u0628\u0627 \uD83D\uDE00"
          + " &lt;b&gt; \u2028 \"quoted\" 'too' @DATA@ ${x} \\u003c e\u0301\n";

  /** Those that are seen. */
  private static final String HEADINGS =
      "[...document.querySelectorAll('h2')].filter(it => it.offsetParent)";

  /** Those that have to be scrolled, or not, and whose hint says otherwise. */
  private static final String TABLES_THAT_DO_NOT_SAY_SO =
      """
      [...document.querySelectorAll('.tabled')].filter(it => it.offsetParent).filter(it => {
        const scroll = it.querySelector('.scroll');
        return scroll.scrollWidth > scroll.clientWidth + 1 !== !!it.querySelector('.hint').offsetParent;
      }).length
      """;

  /** Captions of tables that are cut where their table is scrolled. */
  private static final String CUT_CAPTIONS =
      """
      [...document.querySelectorAll('.tabled')].filter(it => it.offsetParent).filter(it =>
        it.querySelector('caption span').getBoundingClientRect().right
            > it.querySelector('.scroll').getBoundingClientRect().right).length
      """;

  /** Of --pale and --paper, as WCAG defines it, in hundredths. */
  private static final String CONTRAST =
      """
      (() => {
        const luminance = name => {
          const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
          const [r, g, b] = [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16) / 255)
              .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
          return 0.05 + 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const [a, b] = [luminance('--pale'), luminance('--paper')];
        return Math.round(100 * Math.max(a / b, b / a));
      })()
      """;

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

  /** It needs a browser, no page; ReadersTest has the reader in Node.js where there is one. */
  @Test
  void readerInJavaScript_saysWhatRnnSays() throws IOException {
    open(directory.resolve("story.safetensors.report.html"));
    String program = Files.readString(ReadersTest.READERS.resolve("read_model.js"));
    Path text = directory.resolve("some.txt");
    Files.writeString(text, "The harbour was quiet. ".repeat(20));

    double nats =
        browser()
            .evaluate(
                program + read(model) + ".then(m => natsPerCharacter(m, " + quoted(text) + "))")
            .getAsDouble();
    String refusal =
        browser()
            .evaluate(program + read(ReadersTest.damaged(model)) + ".catch(e => e.message)")
            .getAsString();

    double byRnn = ReadersTest.natsByRnn(model, text);
    assertThat(nats).isCloseTo(byRnn, within(ReadersTest.ROUNDING * byRnn));
    assertThat(refusal).isEqualTo("is damaged: the checksum does not match");
  }

  private static String read(Path model) throws IOException {
    String base64 = Base64.getEncoder().encodeToString(Files.readAllBytes(model));
    return "readModel(Uint8Array.from(atob('" + base64 + "'), c => c.charCodeAt(0)))";
  }

  private static String quoted(Path text) throws IOException {
    return new Gson().toJson(Files.readString(text));
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
        assertThat(browser().number(TABLES_THAT_DO_NOT_SAY_SO)).as("%d px wide", width).isZero();
        assertThat(browser().number(CUT_CAPTIONS)).as("%d px wide", width).isZero();
      }
      assertThat(browser().number(CONTRAST))
          .as("of the pale line, %s", scheme)
          .isGreaterThanOrEqualTo(300);
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
            "Best smooth loss \\d\\.\\d\\d bits per character, at step [\\d,]+\\. (Better|No better)"
                + " than [^.:]+: on average the network is as uncertain as a choice among"
                + " \\d+\\.\\d characters\\. 100 hidden units, .*\u00a0s\\.");
  }

  @Test
  void whatTheMeasuresAre_standsBesideThem() {
    open(new ModelFiles(model).page());

    assertThat(browser().text("document.querySelector('#gradients').textContent"))
        .contains(
            "|a\u00a0−\u00a0d| / max(10⁻⁶,\u00a0|a|\u00a0+\u00a0|d|)",
            "003 gives the mean difference");
    assertThat(browser().text("document.querySelector('#loss').textContent"))
        .contains("0.999\u00a0·\u00a0smooth loss + 0.001\u00a0·\u00a0loss");
    assertThat(browser().text("document.querySelector('#comparison').textContent"))
        .contains("Counted up to n = 10", "gzip, level 9", "32 kB", "PPM-like mix, order ");
    assertThat(browser().text("document.querySelector('#samples').textContent"))
        .contains("in 1,000 characters at each point", "three letters or more");
    assertThat(browser().text("document.querySelector('#units').textContent"))
        .containsPattern(
            "Unit \\d+ (switches (on|off) (at|inside)|rises|falls) .* \\(r\u00a0=\u00a0−?0\\.\\d\\d\\)")
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
    assertThat(browser().number("Chart.defaults.font.size")).isGreaterThanOrEqualTo(14);
    String hidden =
        "(() => { const {data: {datasets}, scales: {y}} ="
            + " Chart.getChart(document.querySelector('canvas'));"
            + " return datasets.flatMap(it => it.data).filter(it => it.y > y.max).length })()";
    assertThat(browser().number(hidden)).as("above what is fitted").isPositive();
    browser().evaluate("document.querySelector('input[name=range][value=whole]').click()");
    assertThat(browser().number(hidden)).as("above the whole run").isZero();
  }

  private static Path downloaded(String selector, String name) throws IOException {
    Path folder = Files.createDirectories(directory.resolve("saved"));
    Path file = folder.resolve(name);
    browser().downloads(folder);
    browser().evaluate("document.querySelector('" + selector + "').click()");
    browser().await("document.querySelector('.said').textContent === 'Saved " + name + ".'");
    for (int i = 0; i < 500 && !Files.exists(file); i++) { // it gets its name when it is whole
      browser().evaluate("new Promise(done => setTimeout(done, 20))");
    }
    return file;
  }

  @Test
  void charts_areTakenAway_asPicturesWithAGround_andAsNumbers() throws Exception {
    open(new ModelFiles(model).page());

    List<String> csv =
        Files.readAllLines(downloaded("#loss [data-take=CSV]", "story-loss.csv"), UTF_8);
    assertThat(csv.get(0))
        .isEqualTo(
            "step,smooth loss (nats per window),loss (nats per window),held-out loss (nats per"
                + " window)");
    JsonObject report = report(model);
    double first =
        report
            .getAsJsonObject("validation")
            .getAsJsonArray("points")
            .get(0)
            .getAsJsonObject()
            .get("natsPerCharacter")
            .getAsDouble();
    assertThat(csv.get(1)).startsWith("0,,,");
    assertThat(Double.parseDouble(csv.get(1).split(",", -1)[3]))
        .isCloseTo(25 * first, within(1e-4));
    assertThat(csv)
        .hasSize(2 + report.getAsJsonObject("history").getAsJsonArray("steps").size())
        .anyMatch(line -> line.startsWith("2000,"));

    BufferedImage png =
        ImageIO.read(downloaded("#loss [data-take=PNG]", "story-loss.png").toFile());
    assertThat(png.getWidth())
        .isEqualTo(3 * browser().number("document.querySelector('canvas').clientWidth"));
    assertThat(png.getRGB(2, png.getHeight() - 2)).as("the paper").isEqualTo(0xff_fd_fc_f9);

    Path svg = downloaded("#loss [data-take=SVG]", "story-loss.svg");
    Element drawing =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(svg.toFile())
            .getDocumentElement();
    assertThat(((Element) drawing.getElementsByTagName("rect").item(0)).getAttribute("fill"))
        .isEqualTo("#fdfcf9");
    assertThat(drawing.getTextContent())
        .contains("smooth loss", "nats per window", "2,000")
        .containsPattern("best smooth loss [\\d.]+ at step [\\d,]+");
    NodeList paths = drawing.getElementsByTagName("path");
    assertThat(
            IntStream.range(0, paths.getLength())
                .map(i -> ((Element) paths.item(i)).getAttribute("d").length())
                .max()
                .orElseThrow())
        .as("the line of the loss")
        .isGreaterThan(500);
    assertThat(
            browser()
                .text(
                    """
                    new Promise(done => {
                      const image = new Image();
                      image.onload = () => done('drawn');
                      image.onerror = () => done('refused');
                      image.src = 'data:image/svg+xml,' + encodeURIComponent(%s);
                    })
                    """
                        .formatted(new Gson().toJson(Files.readString(svg)))))
        .isEqualTo("drawn");
    assertDrawn(4);
    assertThat(browser().errors()).isEmpty();
  }

  @Test
  void textsAndTables_areCopied_alsoWithoutAClipboard() {
    open(new ModelFiles(model).page());
    browser()
        .evaluate(
            "navigator.clipboard.writeText = async text => { if (text === window.no) throw 0;"
                + " window.copied = text }");

    browser().evaluate("document.querySelector('#samples [data-take=text]').click()");
    JsonObject sample = report(model).getAsJsonArray("samples").get(0).getAsJsonObject();
    assertThat(browser().text("window.copied")).isEqualTo(sample.get("text").getAsString());
    browser().evaluate("document.querySelector('.command [data-take=text]').click()");
    assertThat(browser().text("window.copied"))
        .isEqualTo(report(model).get("repeat").getAsString());

    browser().evaluate("document.querySelector('#gradients [data-take=Markdown]').click()");
    assertThat(browser().text("window.copied"))
        .containsPattern("^Passed: [^\n]*\n\n\\| Tensor \\| Elements \\|")
        .containsPattern("\n\\| --- \\| ---: \\|.*\n\\| U \\| \\d+ \\|");
    browser().evaluate("document.querySelector('#gradients [data-take=LaTeX]').click()");
    assertThat(browser().text("window.copied"))
        .contains("\\begin{tabular}{lrrrrrrr}", "100.0\\%")
        .containsPattern("\nU & \\d+ & [\\d,]+ & \\$\\d\\.\\d \\\\cdot 10\\^\\{-\\d+}\\$ ");

    browser().evaluate("window.no = window.copied");
    browser().evaluate("document.querySelector('#gradients [data-take=LaTeX]').click()");
    browser().await("document.querySelector('dialog[open]')");
    assertThat(browser().is("document.activeElement.value === window.no")).isTrue();
    assertThat(browser().is("document.activeElement.selectionEnd === window.no.length")).isTrue();
    browser().evaluate("document.querySelector('dialog button').click()");
    browser().await("!document.querySelector('dialog')");
    assertThat(browser().errors()).isEmpty();
  }

  private static JsonObject report(Path of) {
    try {
      return JsonParser.parseString(Files.readString(new ModelFiles(of).numbers(), UTF_8))
          .getAsJsonObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

    browser().media("print");
    assertThat(pages()).isBetween(1L, 6L);
    assertThat(
            browser()
                .number(
                    "[...document.querySelectorAll('button, input')].filter(it => it.offsetParent)"
                        + ".length"))
        .as("buttons")
        .isZero();
    assertThat(browser().number("+getComputedStyle(document.body).color.match(/\\d+/)[0]"))
        .as("dark text")
        .isLessThan(80);
    assertThat(browser().errors()).isEmpty();
  }

  @Test
  void aReportOfManyLongSamples_fitsOnSixPages() throws IOException {
    JsonObject report = report(model);
    JsonArray samples = report.getAsJsonArray("samples");
    while (samples.size() < 11) { // as many as a run has that was not told otherwise
      samples.add(samples.get(samples.size() - 1).deepCopy());
    }
    String text = "Come, come, my lord, and speak.\n\nSecond man:\nNo more!\n".repeat(4);
    samples.forEach(sample -> sample.getAsJsonObject().addProperty("text", text));
    Path many = directory.resolve("many-samples.safetensors");
    Files.writeString(new ModelFiles(many).numbers(), report.toString());
    assertThat(Cli.run("report", many).code()).isZero();

    open(new ModelFiles(many).page());
    browser().media("print");

    assertThat(pages()).isBetween(4L, 6L);
  }

  private static long pages() {
    String pdf = new String(browser().pdf(), ISO_8859_1);
    assertThat(pdf).startsWith("%PDF-");
    return Pattern.compile("/Type\\s*/Page\\b").matcher(pdf).results().count();
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

  private static void compare(Path page, Object... models) {
    Object[] words =
        Stream.of(new Object[] {"compare", "-o", page}, models).flatMap(Stream::of).toArray();
    Cli.Outcome outcome = Cli.run(words);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    open(page);
  }

  private static String lead() {
    return browser().text("document.querySelector('.lead').textContent");
  }

  private static Path changed(JsonObject report, String name) throws IOException {
    return Files.writeString(directory.resolve(name), report.toString());
  }

  @Test
  void severalRuns_areComparedByHeldOutLossOnTheSameText() throws IOException {
    Path other = directory.resolve("other.safetensors");
    train(
        "-o",
        other,
        "--steps",
        1_000,
        "--hidden",
        20,
        "--seq",
        10,
        "--validation",
        0.1,
        "-q",
        "--json");
    JsonObject worse = report(other);
    worse.getAsJsonObject("progress").addProperty("bestSmoothLoss", 0.5); // of what it trained on
    Path page = directory.resolve("both.html");

    compare(page, changed(worse, "worse.report.json"), model);
    JsonArray points = report(model).getAsJsonObject("validation").getAsJsonArray("points");
    double last =
        points.get(points.size() - 1).getAsJsonObject().get("natsPerCharacter").getAsDouble();
    assertThat(browser().text("document.querySelector('h1').textContent"))
        .isEqualTo("2 runs compared");
    assertThat(lead())
        .startsWith(
            String.format(
                Locale.ROOT,
                "The saved model of 2 story has the lowest held-out loss: %.3f bits per character."
                    + " The next, 1 other, has ",
                last / Math.log(2)));
    assertThat(browser().text("document.querySelector('#runs .stressed th').textContent"))
        .isEqualTo("2 story");
    assertThat(browser().text("document.querySelector('#runs thead').textContent"))
        .contains("Held-out loss, saved model", "Held-out loss, best on the way");
    assertThat(browser().text("document.querySelector('main').textContent"))
        .contains("Hidden units", "story", "other");
    assertFits(2);

    JsonObject elsewhere = report(other);
    elsewhere.getAsJsonObject("comparison").addProperty("fingerprint", "0".repeat(64));
    compare(page, changed(elsewhere, "elsewhere.report.json"), model);
    assertThat(lead())
        .isEqualTo("No run is called the best: their held-out losses are of different texts.");
    assertThat(browser().number("document.querySelectorAll('#runs .stressed').length")).isZero();

    JsonObject without = report(other);
    without.remove("validation");
    without.remove("comparison");
    compare(page, changed(without, "without.report.json"), model);
    assertThat(lead())
        .isEqualTo("No run is called the best: there is no held-out loss of 1 other.");
    assertThat(browser().errors()).isEmpty();
  }

  @Test
  void aShortRun_isOnTheAxisBesideALongOne() throws IOException {
    JsonObject brief = report(model);
    JsonObject history = brief.getAsJsonObject("history");
    for (String of : List.of("steps", "loss", "smoothLoss")) {
      JsonArray all = history.getAsJsonArray(of);
      while (all.size() > 20) {
        all.remove(all.size() - 1);
      }
    }
    brief.remove("validation");

    compare(directory.resolve("brief.html"), changed(brief, "brief.report.json"), model);

    assertThat(
            browser()
                .number(
                    "(() => { const {data: {datasets}, scales: {y}} ="
                        + " Chart.getChart(document.querySelector('canvas'));"
                        + " return datasets.filter(it => it.data.at(-1).y <= y.max).length })()"))
        .isEqualTo(2);
  }

  @Test
  void aCommand_isNotBrokenWithinAnOption() {
    open(new ModelFiles(model).page());
    browser().size(390, 844);

    String lines = "[...document.querySelectorAll('.command span')].filter(it =>";
    assertThat(browser().number(lines + " it.textContent.startsWith('--')).length"))
        .isGreaterThan(5);
    assertThat(
            browser()
                .number(
                    lines
                        + " it.textContent.startsWith('--') && it.offsetHeight"
                        + " > 1.5 * parseFloat(getComputedStyle(it).lineHeight)).length"))
        .isZero();
    assertThat(browser().text("document.querySelector('.command code').textContent"))
        .isEqualTo(report(model).get("repeat").getAsString());
  }

  @Test
  void manyRuns_canBeToldApart_andHiddenByKeyboard() {
    compare(directory.resolve("many.html"), Collections.nCopies(24, model).toArray());

    assertThat(lead()).startsWith("The saved models of 1 story, 2 story have the same");
    assertThat(
            browser()
                .number(
                    "new Set([...document.querySelectorAll('.legend svg')].map(it =>"
                        + " it.outerHTML)).size"))
        .isEqualTo(24);
    String sets = "Chart.getChart(document.querySelector('canvas')).data.datasets";
    assertThat(
            browser()
                .number(
                    "new Set("
                        + sets
                        + ".map(it => [it.borderColor, it.borderDash, it.pointStyle].join())).size"))
        .isEqualTo(24);
    assertThat(browser().accessibility()).contains("checkbox: 24 story", "group: Runs:");
    browser().evaluate("document.querySelector('.legend input[value=\"22\"]').focus()");
    browser().press("Space");
    browser().await(sets + ".length === 23");
    assertThat(browser().text(sets + ".at(-1).label")).isEqualTo("24 story");
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

    int code = training.code.get();
    assertThat(code).as(training.err.toString(UTF_8)).isZero();
    browser().await("+document.documentElement.dataset.steps === " + LIVE_STEPS);
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
