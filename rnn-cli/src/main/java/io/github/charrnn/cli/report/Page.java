package io.github.charrnn.cli.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A page in one file: its data as JSON, the script that shows them, Chart.js and the style, all
 * inside.
 *
 * <p>Nothing from the data can become a part of the page's code: {@code <} is escaped in the JSON,
 * the script makes texts of it and never markup, and a content security policy lets run nothing but
 * the two scripts with these hashes, and load nothing at all.
 */
public final class Page {
  private static final String CHART =
      "META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";

  /** One script in several files; what each declares is seen by all of them, and by no other. */
  private static final List<String> SCRIPTS =
      List.of(
          "elements.js",
          "charts.js",
          "report.js",
          "comparison.js",
          "surprisal.js",
          "takeaway.js",
          "main.js");

  private static final String TITLE = "@TITLE@";
  private static final String DATA = "@DATA@";

  private Page() {}

  /**
   * What all pages have in common, between their beginning, their title, their data and their end.
   */
  private record Template(String beforeTitle, String beforeData, String end) {

    static final Template ONLY = read();

    private static Template read() {
      String chart =
          text(CHART, Optional.ofNullable(Page.class.getClassLoader().getResourceAsStream(CHART)));
      chart = chart.substring(0, chart.lastIndexOf("//# sourceMappingURL")); // no such file here
      String script =
          SCRIPTS.stream()
              .map(name -> resource("page/" + name))
              .collect(joining("\n", "(() => {\n'use strict';\n", "})();"));
      String style = resource("page.css");
      String policy =
          "default-src 'none'; script-src "
              + hash(chart)
              + " "
              + hash(script)
              + "; style-src "
              + hash(style)
              + "; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'";
      String page =
          resource("page.html")
              .replace("@POLICY@", policy)
              .replace("@STYLE@", style)
              .replace("@SCRIPT@", script)
              .replace("@CHART@", chart); // last, it is long
      int title = page.indexOf(TITLE);
      int data = page.indexOf(DATA);
      return new Template(
          page.substring(0, title),
          page.substring(title + TITLE.length(), data),
          page.substring(data + DATA.length()));
    }
  }

  /** Reads what all pages have in common, so that the first does not take longer than others. */
  static int prepare() {
    return Template.ONLY.end().length();
  }

  /** The page that shows a report. */
  public static String of(String title, JsonObject data) {
    Template template = Template.ONLY;
    return template.beforeTitle()
        + escaped(title)
        + template.beforeData()
        + inScript(data)
        + template.end();
  }

  /** JSON as it may stand in a script element: the element cannot be left. */
  private static String inScript(JsonElement json) {
    return Json.text(json)
        .replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replaceAll("\\p{Cntrl}", " ");
  }

  /** As a content security policy names what may run. */
  private static String hash(String content) {
    return "'sha256-" + Base64.getEncoder().encodeToString(sha256(content.getBytes(UTF_8))) + "'";
  }

  static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String resource(String name) {
    return text(name, Optional.ofNullable(Page.class.getResourceAsStream(name)));
  }

  private static String text(String name, Optional<InputStream> resource) {
    try (InputStream in =
        resource.orElseThrow(() -> new FileNotFoundException("the jar has lost its " + name))) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
