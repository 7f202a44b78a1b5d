package io.quiverdb.jepsen.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A connection of this process to an [EchoNode].
final class EchoClient implements AutoCloseable {
  private final Socket socket;
  private final BufferedReader answers;

  private EchoClient(Socket socket) throws IOException {
    this.socket = socket;
    this.answers =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  static EchoClient connect(String host, int port) throws IOException {
    var socket = new Socket();
    socket.connect(new InetSocketAddress(host, port));
    return new EchoClient(socket);
  }

  void send(String line) {
    try {
      socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// @return the next line that came back; "" at the end
  String hear() {
    try {
      var line = answers.readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String ask(String line) {
    send(line);
    return hear();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
