package io.github.charrnn.cli.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Serves the page of a run on this machine while it is running. It answers GET from this machine
 * only, and only under the name that it was asked for by: a page from elsewhere that gets its own
 * name to point here (DNS rebinding) is refused by its Host header.
 */
public final class LiveServer implements AutoCloseable {
  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  // The page asks every second; on a busy machine drawing takes longer than that.
  private static final long LOOKING_NANOS = 10_000_000_000L;

  private final HttpServer server;
  private final ExecutorService executor;
  private final Supplier<JsonObject> report;
  private final CountDownLatch endSeen = new CountDownLatch(1);
  private volatile boolean closing;
  private volatile OptionalLong asked = OptionalLong.empty();

  /**
   * Starts it.
   *
   * @param port from 0 to 65,535; 0 for any that is free
   * @param report called for every answer, by a thread of the server
   * @throws IOException if the port is taken
   */
  public LiveServer(int port, Supplier<JsonObject> report) throws IOException {
    this.report = report;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port), 0);
    executor =
        Executors.newFixedThreadPool(
            2,
            task -> {
              Thread thread = new Thread(task, "rnn-live");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(executor);
    server.createContext("/", this::answer);
    server.start();
  }

  /** Where the page is. */
  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      int port = server.getAddress().getPort();
      String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
      if (!Set.of("127.0.0.1:" + port, "localhost:" + port).contains(host)) {
        send(exchange, 403, "text/plain", "This page is for " + address() + " only.\n");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        send(exchange, 405, "text/plain", "This page can be read, and nothing else.\n");
      } else {
        switch (exchange.getRequestURI().getPath()) {
          case "/" -> show(exchange, "text/html", it -> Page.of("Training", it));
          case "/data.json" -> show(exchange, "application/json", Json::text);
          default -> send(exchange, 404, "text/plain", "There is only " + address() + "\n");
        }
      }
    }
  }

  private void show(HttpExchange exchange, String type, Function<JsonObject, String> form)
      throws IOException {
    asked = OptionalLong.of(System.nanoTime());
    boolean end = closing; // asked before the report is: what is made from here on is the end
    send(exchange, 200, type, form.apply(report.get()));
    if (end) {
      endSeen.countDown();
    }
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(UTF_8);
    var headers = exchange.getResponseHeaders();
    headers.set("Content-Type", type + "; charset=utf-8");
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Content-Security-Policy", "frame-ancestors 'none'");
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  /**
   * Ends it, once a page that is still looking has been sent how training ended: a page that has
   * not asked for 10 seconds is not looking any more.
   */
  @Override
  public void close() {
    closing = true;
    if (asked.isPresent()) {
      try {
        long left = LOOKING_NANOS - (System.nanoTime() - asked.getAsLong());
        endSeen.await(left, TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    server.stop(0);
    executor.shutdownNow();
  }
}
