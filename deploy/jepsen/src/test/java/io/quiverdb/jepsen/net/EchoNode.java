package io.quiverdb.jepsen.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/// A process that stands for a node: it sends every line of a TCP connection back, counts the
/// datagrams of the same port, and does what it is told on standard input until that ends:
///
/// | command | what it does |
/// |---|---|
/// | `open C HOST PORT` | opens connection `C` |
/// | `say C TEXT` | sends a line over it, once it is open |
/// | `hang-up C` | closes it |
/// | `flood HOST PORT FIRST COUNT` | sends numbered datagrams, and marks behind them |
/// | `count` | prints `counted DIFFERENT DOUBLED OVERTAKEN` |
/// | `recount` | starts to count anew, and prints `recounted` |
///
/// It prints what happens: `listening`, `opened C`, `failed C`, `received TEXT` at the server,
/// `heard C TEXT` at the client, `closed C`, `reset C`, `marked FIRST`.
final class EchoNode {
  private static final int SHOWN_CHARACTERS_MAX = 100;
  private static final int MARKS = 20;
  private static final long MARK_INTERVAL_MILLIS = 2;
  private static final String HANG_UP = "";

  private final Map<String, BlockingQueue<String>> connections = new ConcurrentHashMap<>();
  private final Set<Integer> numbers = new HashSet<>();
  private int doubled;
  private int overtaken;
  private int greatest = -1;

  public static void main(String[] arguments) throws IOException, InterruptedException {
    var address = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
    try (var server = new ServerSocket();
        var datagrams = new DatagramSocket(address)) {
      server.bind(address);
      var node = new EchoNode();
      var _ = Thread.ofVirtual().start(() -> node.serve(server));
      var _ = Thread.ofPlatform().daemon().start(() -> node.count(datagrams));
      print("listening");
      node.obey(System.in);
    }
  }

  private void obey(InputStream input) throws IOException, InterruptedException {
    var commands = reader(input);
    for (var line = commands.readLine(); line != null; line = commands.readLine()) {
      var words = line.split(" ", -1);
      switch (words[0]) {
        case "open" -> {
          var texts = connections.computeIfAbsent(words[1], _ -> new LinkedBlockingQueue<>());
          var _ =
              Thread.ofVirtual()
                  .start(() -> open(words[1], words[2], Integer.parseInt(words[3]), texts));
        }
        case "say" ->
            connections.computeIfAbsent(words[1], _ -> new LinkedBlockingQueue<>()).add(words[2]);
        case "hang-up" ->
            connections.computeIfAbsent(words[1], _ -> new LinkedBlockingQueue<>()).add(HANG_UP);
        case "flood" ->
            flood(
                words[1],
                Integer.parseInt(words[2]),
                Integer.parseInt(words[3]),
                Integer.parseInt(words[4]));
        case "count" -> printCount();
        case "recount" -> recount();
        default -> throw new IllegalArgumentException(line);
      }
    }
  }

  private void serve(ServerSocket server) {
    try {
      while (true) {
        var connection = server.accept();
        var _ = Thread.ofVirtual().start(() -> echo(connection));
      }
    } catch (IOException _) {
      print("stopped");
    }
  }

  private static void echo(Socket connection) {
    try (connection) {
      connection.setTcpNoDelay(true);
      var lines = reader(connection.getInputStream());
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.length() <= SHOWN_CHARACTERS_MAX) {
          print("received " + line);
        }
        send(connection, line);
      }
      print("left");
    } catch (IOException _) {
      print("cut off");
    }
  }

  private static void open(String name, String host, int port, BlockingQueue<String> texts) {
    try (var connection = new Socket()) {
      connection.connect(new InetSocketAddress(host, port));
      connection.setTcpNoDelay(true);
      print("opened " + name);
      var _ = Thread.ofVirtual().start(() -> say(connection, texts));
      var lines = reader(connection.getInputStream());
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        print("heard " + name + " " + line);
      }
      print("closed " + name);
    } catch (IOException _) {
      print("reset " + name);
    }
  }

  private static void say(Socket connection, BlockingQueue<String> texts) {
    try {
      for (var text = texts.take(); !text.equals(HANG_UP); text = texts.take()) {
        send(connection, text);
      }
      connection.close();
    } catch (IOException | InterruptedException _) {
      // The reader tells.
    }
  }

  private static void flood(String host, int port, int first, int count)
      throws IOException, InterruptedException {
    var address = new InetSocketAddress(InetAddress.getByName(host), port);
    try (var socket = new DatagramSocket()) {
      for (int number = first; number < first + count; number++) {
        send(socket, address, number);
      }
      // Behind those that are held back, and more often than can be lost.
      for (int mark = 0; mark < MARKS; mark++) {
        Thread.sleep(MARK_INTERVAL_MILLIS);
        send(socket, address, -first - 1);
      }
    }
  }

  private static void send(DatagramSocket socket, InetSocketAddress address, int number)
      throws IOException {
    var bytes = ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    socket.send(new DatagramPacket(bytes, bytes.length, address));
  }

  private void count(DatagramSocket datagrams) {
    var packet = new DatagramPacket(new byte[Integer.BYTES], Integer.BYTES);
    try {
      while (true) {
        datagrams.receive(packet);
        count(ByteBuffer.wrap(packet.getData()).getInt());
      }
    } catch (IOException _) {
      print("stopped");
    }
  }

  private synchronized void count(int number) {
    if (number < 0) {
      print("marked " + (-number - 1));
      return;
    }
    if (!numbers.add(number)) {
      doubled++;
    } else if (number < greatest) {
      overtaken++;
    }
    greatest = Math.max(greatest, number);
  }

  private synchronized void printCount() {
    print("counted " + numbers.size() + " " + doubled + " " + overtaken);
  }

  private synchronized void recount() {
    numbers.clear();
    doubled = 0;
    overtaken = 0;
    greatest = -1;
    print("recounted");
  }

  private static void send(Socket connection, String line) throws IOException {
    connection.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static BufferedReader reader(InputStream input) {
    return new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
  }

  private static synchronized void print(String line) {
    System.out.println(line);
  }

  private EchoNode() {}
}
