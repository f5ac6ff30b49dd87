package io.github.charrnn.cli.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LiveServerTest {
  private static final String END = "\r\nConnection: close\r\n\r\n";

  private static LiveServer server() throws IOException {
    return new LiveServer(0, JsonObject::new);
  }

  private static int port(LiveServer server) {
    return URI.create(server.address()).getPort();
  }

  /** What comes back for these bytes. */
  private static String answer(LiveServer server, String request) throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port(server))) {
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  @Test
  void anythingElse_isRefused() throws IOException {
    try (LiveServer server = server()) {
      int port = port(server);
      String own = "Host: 127.0.0.1:" + port;
      for (String host :
          new String[] {
            "Host: evil.example",
            "Host: evil.example:" + port,
            "Host: 127.0.0.1",
            "Host: 127.0.0.1:" + port + ".evil.example",
            "Host: 127.0.0.1:" + (port ^ 1),
            "Host: "
          }) {
        String answer = answer(server, "GET /data.json HTTP/1.1\r\n" + host + END);
        assertThat(answer).as(host).startsWith("HTTP/1.1 403").doesNotContain("{");
      }
      assertThat(answer(server, "GET / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 403");
      for (String method : new String[] {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "HEAD"}) {
        assertThat(answer(server, method + " / HTTP/1.1\r\n" + own + END))
            .as(method)
            .startsWith("HTTP/1.1 405")
            .containsIgnoringCase("allow: GET");
      }
      for (String path : new String[] {"/x", "/data.json/", "/../etc/passwd"}) {
        assertThat(answer(server, "GET " + path + " HTTP/1.1\r\n" + own + END))
            .as(path)
            .startsWith("HTTP/1.1 404");
      }
    }
  }

  @Test
  void itListensOnThisMachineOnly_andNotAfterItsEnd() throws IOException {
    LiveServer server = server();
    int port = port(server);
    assertThat(server.address()).isEqualTo("http://127.0.0.1:" + port + "/");
    InetAddress another =
        InetAddress.getByAddress(new byte[] {127, 0, 0, 2}); // all interfaces would be this too
    assertThatIOException().isThrownBy(() -> new Socket(another, port).close());
    assertThatIOException().isThrownBy(() -> new LiveServer(port, JsonObject::new));
    server.close();
    assertThatIOException()
        .isThrownBy(
            () -> new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port).close());
  }

  @Tag("long")
  @Test
  void get_underItsOwnName_isAnswered_alsoWithTheEnd() throws Exception {
    var text = new AtomicReference<>("</script>");
    LiveServer server =
        new LiveServer(
            0,
            () -> {
              JsonObject json = new JsonObject();
              json.addProperty("text", text.get());
              return json;
            });
    String data = "";
    for (String name : new String[] {"127.0.0.1", "localhost"}) {
      String host = " HTTP/1.1\r\nHost: " + name + ":" + port(server) + END;
      assertThat(answer(server, "GET /" + host))
          .startsWith("HTTP/1.1 200")
          .containsIgnoringCase("content-type: text/html; charset=utf-8")
          .containsIgnoringCase("cache-control: no-store")
          .containsIgnoringCase("x-content-type-options: nosniff")
          .contains("<!DOCTYPE html>", "{\"text\":\"\\u003c/script>\"}");
      data = "GET /data.json" + host;
      assertThat(answer(server, data))
          .startsWith("HTTP/1.1 200")
          .containsIgnoringCase("content-type: application/json; charset=utf-8")
          .endsWith("{\"text\":\"</script>\"}");
    }

    text.set("the end");
    CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
    assertThatExceptionOfType(TimeoutException.class)
        .isThrownBy(() -> closed.get(2, TimeUnit.SECONDS)); // a page asks late on a busy machine
    assertThat(answer(server, data)).endsWith("{\"text\":\"the end\"}");
    closed.get(5, TimeUnit.SECONDS);
  }
}
