package io.github.charrnn.cli;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A headless Chromium and its one page, driven over the Chrome DevTools Protocol. For one thread.
 */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Gson GSON = new Gson();
  private static final Pattern ORIGIN = Pattern.compile("https?://[^/?#]+");
  private static final Pattern ENDPOINT =
      Pattern.compile("(\\d+)\\R(/devtools/browser/[0-9a-f-]{36})\\s*");
  private static final List<String> FLAGS =
      List.of(
          "--headless=new",
          "--no-sandbox",
          "--remote-debugging-port=0",
          "--disable-gpu",
          "--disable-quic",
          "--disable-sync",
          "--disable-dev-shm-usage",
          "--disable-extensions",
          "--disable-component-update",
          "--disable-background-networking",
          "--disable-background-timer-throttling",
          "--disable-renderer-backgrounding",
          "--disable-features=Translate,OptimizationHints,MediaRouter,BackForwardCache",
          "--no-first-run",
          "--lang=en-US",
          // Whatever a page asks for, a test stays on this machine, to which a foreign name leads
          // too.
          "--no-proxy-server",
          "--host-resolver-rules=MAP foreign.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost");

  private final Path directory;
  private final Process process;
  private final Map<Integer, CompletableFuture<JsonObject>> pending = new ConcurrentHashMap<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();

  /** Can only fail: when the connection ends or the page crashes, so that nobody waits longer. */
  private final CompletableFuture<JsonObject> end = new CompletableFuture<>();

  private CompletableFuture<WebSocket> sent = new CompletableFuture<>();
  private int commands;
  private String scheme = "light";
  private String media = "";
  private volatile String target = "";
  private volatile String session = "";
  private volatile String loaded = "";
  private volatile String origin = "file:";
  private volatile boolean offline;

  private Browser(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
  }

  /** Finds the browser: the environment variable CHROMIUM, else the first known on the PATH. */
  static Optional<Path> executable() {
    Optional<String> chosen = Optional.ofNullable(System.getenv("CHROMIUM"));
    if (chosen.isPresent() && !chosen.get().isBlank()) {
      return chosen.map(Path::of);
    }
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    Pattern separator = Pattern.compile(Pattern.quote(File.pathSeparator));
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(name -> separator.splitAsStream(path).map(folder -> Path.of(folder, name)))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  /** Starts a browser with an empty page and a new profile. */
  static Browser start() throws IOException {
    Path program = executable().orElseThrow(() -> new IllegalStateException("no Chromium found"));
    Path directory = Files.createTempDirectory("browser");
    List<String> command = new ArrayList<>(FLAGS);
    command.add(0, program.toString());
    command.add("--user-data-dir=" + directory.resolve("profile"));
    command.add("about:blank");
    ProcessBuilder builder = new ProcessBuilder(command);
    // Whatever else it writes (certificates, sockets, caches) goes when the directory goes.
    builder.environment().keySet().removeAll(Set.of("XDG_CONFIG_HOME", "XDG_CACHE_HOME"));
    builder.environment().put("HOME", directory.toString());
    builder.environment().put("TMPDIR", directory.toString());
    builder.redirectErrorStream(true).redirectOutput(directory.resolve("output").toFile());
    Browser browser;
    try {
      browser = new Browser(directory, builder.start());
    } catch (IOException e) {
      delete(directory);
      throw e;
    }
    try {
      browser.attach();
      return browser;
    } catch (RuntimeException | Error e) {
      browser.close();
      throw e;
    }
  }

  /** Cuts the page off from the network, loopback included, or connects it. */
  void offline(boolean off) {
    offline = off;
    ask(
        "Network.emulateNetworkConditions",
        Map.of("offline", off, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
  }

  /** Lets pages save files into this directory. */
  void downloads(Path folder) {
    ask(
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", folder.toString()));
  }

  /** Gives the page this size in CSS pixels; below 500 wide it lays out as on a telephone. */
  void size(int width, int height) {
    boolean mobile = width < 500;
    ask(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", mobile));
    settle();
  }

  /** Sets prefers-color-scheme: "light" (as at the start) or "dark". */
  void scheme(String lightOrDark) {
    scheme = lightOrDark;
    emulateMedia();
  }

  /** Sets the medium the style sheets see: "screen" (as at the start) or "print". */
  void media(String screenOrPrint) {
    media = screenOrPrint;
    emulateMedia();
  }

  /** Opens the address and waits for its load event; AssertionError if it cannot be loaded. */
  void open(String url) {
    // By way of an empty page, so that an address that differs only behind the # loads too, and
    // the last words of the page before are not taken for the new one's.
    navigate("about:blank");
    evaluate("0");
    errors.clear();
    Matcher matcher = ORIGIN.matcher(url);
    origin = matcher.lookingAt() ? matcher.group() + "/" : "file:";
    navigate(url);
    if (offline) {
      offline(true); // navigator.onLine is true again in the process of a new page
    }
  }

  /** Evaluates the script, a promise to its end; undefined is null; AssertionError if it throws. */
  JsonElement evaluate(String javascript) {
    JsonObject answer =
        ask(
            "Runtime.evaluate",
            Map.of("expression", javascript, "returnByValue", true, "awaitPromise", true));
    if (answer.has("exceptionDetails")) {
      throw new AssertionError(thrown(answer) + "\nin: " + javascript);
    }
    JsonObject result = answer.getAsJsonObject("result");
    return result.has("value") ? result.get("value") : JsonNull.INSTANCE;
  }

  /** Evaluates a script that must give a string. */
  String text(String javascript) {
    return primitive(javascript, "a string", JsonPrimitive::isString).getAsString();
  }

  /** Evaluates a script that must give a whole number. */
  long number(String javascript) {
    double value = primitive(javascript, "a number", JsonPrimitive::isNumber).getAsDouble();
    if (value != Math.rint(value)) {
      throw new AssertionError(value + " is not a whole number: " + javascript);
    }
    return (long) value;
  }

  /** Evaluates a script that must give true or false. */
  boolean is(String javascript) {
    return primitive(javascript, "true or false", JsonPrimitive::isBoolean).getAsBoolean();
  }

  /** Waits until the condition, which may throw meanwhile, is truthy; AssertionError after 30 s. */
  void await(String condition) {
    String[] reason = {""};
    until(
        () -> "waited 30 s for: " + condition + "\n" + reason[0] + "\nerrors: " + errors,
        () -> {
          try {
            reason[0] = "";
            // The line break ends a comment at the condition's end.
            return is("(async () => !!(await (" + condition + "\n)))()");
          } catch (AssertionError e) { // such as an element that is not there yet
            reason[0] = String.valueOf(e.getMessage());
            return false;
          }
        });
  }

  /**
   * Lists what went wrong since the last open: exceptions, console errors and warnings, what the
   * browser logs as an error, dialogs, and as "request: URL" each request that was attempted other
   * than to file:, data:, blob: or the origin opened.
   */
  List<String> errors() {
    evaluate("0"); // its answer comes after all that the page has said before
    return List.copyOf(errors);
  }

  /** Takes a picture, a PNG, of the full page. */
  byte[] screenshot() {
    JsonObject clip = ask("Page.getLayoutMetrics", Map.of()).getAsJsonObject("cssContentSize");
    clip.addProperty("scale", 1);
    return bytes("Page.captureScreenshot", Map.of("captureBeyondViewport", true, "clip", clip));
  }

  /** Prints the page, backgrounds included, to a PDF. */
  byte[] pdf() {
    return bytes("Page.printToPDF", Map.of("printBackground", true, "preferCSSPageSize", true));
  }

  /** Presses and releases a key: "Tab", "Enter", "Space", "ArrowLeft" or "ArrowRight". */
  void press(String key) {
    String value = key.equals("Space") ? " " : key;
    String typed = key.equals("Enter") ? "\r" : value.length() == 1 ? value : "";
    Map<String, Object> event = new HashMap<>();
    event.put("key", value);
    event.put("code", key);
    event.put("windowsVirtualKeyCode", keyCode(key));
    event.put("text", typed);
    // Only a key with a text types it, or presses a button.
    for (String type : List.of(typed.isEmpty() ? "rawKeyDown" : "keyDown", "keyUp")) {
      event.put("type", type);
      ask("Input.dispatchKeyEvent", event);
      event.remove("text");
    }
  }

  /** Lists the nodes a screen reader gets, in the order of the protocol, each as "role: name". */
  List<String> accessibility() {
    List<String> nodes = new ArrayList<>();
    for (JsonElement node : ask("Accessibility.getFullAXTree", Map.of()).getAsJsonArray("nodes")) {
      if (!at(node, "ignored").equals("true")) {
        nodes.add(at(node, "role", "value") + ": " + at(node, "name", "value"));
      }
    }
    return nodes;
  }

  /** Ends the browser, waits for its end and deletes its directory. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    process.onExit().completeOnTimeout(process, 10, SECONDS).join();
    process.destroyForcibly().onExit().join();
    children.forEach(ProcessHandle::destroyForcibly);
    delete(directory);
  }

  private void attach() {
    Path file = directory.resolve("profile").resolve("DevToolsActivePort");
    until(
        () -> "no port after 30 s: " + read(directory.resolve("output")),
        () -> ENDPOINT.matcher(read(file)).matches());
    URI uri = URI.create("ws://127.0.0.1:" + ENDPOINT.matcher(read(file)).replaceFirst("$1$2"));
    HttpClient client = HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();
    sent = client.newWebSocketBuilder().connectTimeout(PATIENCE).buildAsync(uri, new Ear());
    until(() -> "no page in the browser after 30 s", () -> !firstPage().isEmpty());
    target = firstPage();
    Map<String, ?> page = Map.of("targetId", target, "flatten", true);
    session = at(ask("Target.attachToTarget", page), "sessionId");
    ask("Page.enable", Map.of());
    ask("Page.setLifecycleEventsEnabled", Map.of("enabled", true));
    ask("Inspector.enable", Map.of());
    ask("Network.setCacheDisabled", Map.of("cacheDisabled", true)); // pages are written anew
    ask("Emulation.setFocusEmulationEnabled", Map.of("enabled", true));
    Stream.of("Runtime", "Log", "Network").forEach(domain -> ask(domain + ".enable", Map.of()));
    emulateMedia();
  }

  private String firstPage() {
    for (JsonElement info : ask("Target.getTargets", Map.of()).getAsJsonArray("targetInfos")) {
      if (at(info, "type").equals("page")) {
        return at(info, "targetId");
      }
    }
    return "";
  }

  private void navigate(String url) {
    JsonObject answer = ask("Page.navigate", Map.of("url", url));
    if (answer.has("errorText")) {
      throw new AssertionError(url + ": " + at(answer, "errorText"));
    }
    String loader = at(answer, "loaderId");
    until(() -> "no load event after 30 s: " + url + " " + errors, () -> loaded.equals(loader));
  }

  private void emulateMedia() {
    List<?> features = List.of(Map.of("name", "prefers-color-scheme", "value", scheme));
    ask("Emulation.setEmulatedMedia", Map.of("media", media, "features", features));
    settle();
  }

  /** Lets the page lay itself out and its listeners run; the timer, if it is not painted. */
  private void settle() {
    evaluate(
        "new Promise(done => { requestAnimationFrame(() => requestAnimationFrame(done));"
            + " setTimeout(done, 1000) })");
  }

  private JsonPrimitive primitive(String script, String kind, Predicate<JsonPrimitive> test) {
    JsonElement value = evaluate(script);
    if (!value.isJsonPrimitive() || !test.test(value.getAsJsonPrimitive())) {
      throw new AssertionError(value + " is not " + kind + ": " + script);
    }
    return value.getAsJsonPrimitive();
  }

  private byte[] bytes(String method, Map<String, ?> parameters) {
    return Base64.getDecoder().decode(at(ask(method, parameters), "data"));
  }

  private void until(Supplier<String> complaint, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (!process.isAlive() || end.isDone()) {
        throw new IllegalStateException("Chromium ended: " + read(directory.resolve("output")));
      }
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new AssertionError(complaint.get());
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Sends a command and waits for its result. */
  private JsonObject ask(String method, Map<String, ?> parameters) {
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    send(answer, session, method, parameters);
    try {
      CompletableFuture.anyOf(answer, end).orTimeout(PATIENCE.toSeconds(), SECONDS).join();
    } catch (CompletionException e) {
      boolean late = e.getCause() instanceof TimeoutException;
      String reason = late ? "no answer in 30 s" : String.valueOf(e.getCause());
      throw new IllegalStateException(reason + ": " + method + " " + parameters, e);
    }
    JsonObject message = answer.join();
    if (message.has("error")) {
      throw new AssertionError(method + ": " + at(message, "error", "message"));
    }
    return message.getAsJsonObject("result");
  }

  /** Sends a command without waiting, as the listener's thread must. */
  private void post(String to, String method, Map<String, ?> parameters) {
    send(new CompletableFuture<>(), to, method, parameters);
  }

  private synchronized void send(
      CompletableFuture<JsonObject> answer, String to, String method, Map<String, ?> parameters) {
    Map<String, Object> command = new HashMap<>();
    command.put("id", ++commands);
    command.put("method", method);
    command.put("params", parameters);
    if (!to.isEmpty()) {
      command.put("sessionId", to);
    }
    pending.put(commands, answer);
    String text = GSON.toJson(command);
    // A WebSocket takes a text only after it has sent the one before.
    sent = sent.thenCompose(socket -> socket.sendText(text, true)).whenComplete(this::failed);
  }

  private void failed(WebSocket socket, Throwable reason) {
    Optional.ofNullable(reason).ifPresent(end::completeExceptionally);
  }

  private void heard(JsonObject message) {
    JsonObject event = message.has("params") ? message.getAsJsonObject("params") : message;
    switch (at(message, "method")) {
      case "" ->
          Optional.ofNullable(pending.remove(message.get("id").getAsInt()))
              .ifPresent(answer -> answer.complete(message));
      case "Page.lifecycleEvent" -> {
        if (at(event, "name").equals("load") && at(event, "frameId").equals(target)) {
          loaded = at(event, "loaderId");
        }
      }
      case "Page.javascriptDialogOpening" -> {
        errors.add("dialog: " + at(event, "message"));
        post(session, "Page.handleJavaScriptDialog", Map.of("accept", true)); // it blocks the page
      }
      case "Inspector.targetCrashed" ->
          end.completeExceptionally(new IllegalStateException("the page crashed"));
      case "Runtime.exceptionThrown" -> errors.add("exception: " + thrown(event));
      case "Runtime.consoleAPICalled" -> {
        if (Set.of("error", "warning", "assert").contains(at(event, "type"))) {
          StringBuilder line = new StringBuilder("console." + at(event, "type") + ":");
          event.getAsJsonArray("args").forEach(value -> line.append(' ').append(shown(value)));
          errors.add(line.toString());
        }
      }
      case "Log.entryAdded" -> {
        if (at(event, "entry", "level").equals("error")) {
          errors.add(
              (at(event, "entry", "source") + ": " + at(event, "entry", "text"))
                  + (" " + at(event, "entry", "url")));
        }
      }
      case "Network.requestWillBeSent" -> requested(at(event, "request", "url"));
      case "Network.webSocketCreated", "Network.webTransportCreated" -> requested(at(event, "url"));
      default -> {} // much that no test asks for
    }
  }

  private void requested(String url) {
    if (Stream.of("file:", "data:", "blob:", "about:", origin).noneMatch(url::startsWith)) {
      errors.add("request: " + url);
    }
  }

  private static String thrown(JsonObject event) {
    JsonObject details = event.getAsJsonObject("exceptionDetails");
    JsonElement value = details.has("exception") ? details.get("exception") : JsonNull.INSTANCE;
    return at(details, "text") + " " + shown(value);
  }

  /** Gives a value of the page as a console shows it, more or less. */
  private static String shown(JsonElement value) {
    return Stream.of("description", "value", "unserializableValue", "type")
        .map(name -> at(value, name))
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** Gives the text, number or truth value at the path, "" if there is none. */
  private static String at(JsonElement root, String... path) {
    JsonElement here = root;
    for (String name : path) {
      if (!here.isJsonObject() || !here.getAsJsonObject().has(name)) {
        return "";
      }
      here = here.getAsJsonObject().get(name);
    }
    return here.isJsonPrimitive() ? here.getAsString() : "";
  }

  private static int keyCode(String key) {
    return switch (key) {
      case "Tab" -> 9;
      case "Enter" -> 13;
      case "Space" -> 32;
      case "ArrowLeft" -> 37;
      case "ArrowRight" -> 39;
      default -> throw new IllegalArgumentException("no such key: " + key);
    };
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) { // not written yet
      return "";
    }
  }

  private static void delete(Path directory) {
    for (int attempt = 0; ; attempt++) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
        return;
      } catch (IOException | UncheckedIOException e) { // a dying child still writes, or deletes
        if (attempt == 250) {
          throw new IllegalStateException("cannot delete " + directory, e);
        }
      }
      pause();
    }
  }

  /** Puts together and passes on what the browser says; the client calls it on its own threads. */
  private final class Ear implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        JsonObject message = JsonParser.parseString(text.toString()).getAsJsonObject();
        text.setLength(0);
        heard(message);
      }
      socket.request(1);
      return CompletableFuture.completedFuture(last);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      end.completeExceptionally(new IOException("the browser hung up: " + status + " " + reason));
      return CompletableFuture.completedFuture(status);
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      end.completeExceptionally(error);
    }
  }
}
