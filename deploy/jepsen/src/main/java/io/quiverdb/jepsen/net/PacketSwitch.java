package io.quiverdb.jepsen.net;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// Takes IPv4 packets from devices and puts each into the device of its destination, or not, or
/// later, or twice, as the links are. One thread does it all.
///
/// The address of port `i`, which is the end `i` of the list, ends in `i + 1`; other packets are
/// dropped, IPv6 too.
final class PacketSwitch implements AutoCloseable {
  private static final int PACKET_BYTES_MAX = 1 << 16;
  private static final int HELD_BYTES_MAX = 64 << 20;
  // After so many packets of one device the others have their turn.
  private static final int BATCH = 64;

  private static final int IPV4_HEADER_BYTES = 20;
  private static final int DESTINATION_LAST_BYTE = 19;

  // struct pollfd: int fd, short events, short revents
  private static final int POLL_BYTES = 8;
  private static final int POLL_EVENTS = 4;
  private static final int POLL_RESULT = 6;

  private record Held(long due, long number, int from, int to, MemorySegment packet) {}

  private static final Comparator<Held> BY_TIME =
      (one, other) ->
          one.due == other.due
              ? Long.compare(one.number, other.number)
              : Long.signum(one.due - other.due);

  private final List<TunDevice> devices;
  private final Link[][] linkOf;
  private final PacketShaper[][] shaperOf;
  private final LinkTable links;
  private final PriorityQueue<Held> held = new PriorityQueue<>(BY_TIME);
  private final int stopEvent;
  private final Thread thread;
  private volatile boolean stopping;
  private long heldBytes;
  private long heldCount;

  private PacketSwitch(List<End> ends, List<TunDevice> devices, LinkTable links, long seed)
      throws IOException {
    this.devices = List.copyOf(devices);
    this.links = links;
    int count = ends.size();
    linkOf = new Link[count][count];
    shaperOf = new PacketShaper[count][count];
    var random = new SplittableRandom(seed);
    for (int from = 0; from < count; from++) {
      for (int to = 0; to < count; to++) {
        if (from != to) {
          linkOf[from][to] = new Link(ends.get(from), ends.get(to));
          shaperOf[from][to] = new PacketShaper(random.split(), System.nanoTime());
        }
      }
    }
    stopEvent = Posix.event();
    thread = Thread.ofPlatform().daemon().name("quiver-packet-switch").unstarted(this::run);
  }

  /// @param ends one for each device
  /// @param devices stay the caller's
  static PacketSwitch start(List<End> ends, List<TunDevice> devices, LinkTable links, long seed)
      throws IOException {
    var started = new PacketSwitch(ends, devices, links, seed);
    started.thread.start();
    return started;
  }

  /// Returns when no device is used any longer.
  @Override
  public void close() throws IOException {
    stopping = true;
    try (var arena = Arena.ofConfined()) {
      var one = arena.allocateFrom(JAVA_LONG, 1);
      if (!Posix.write(stopEvent, one)) {
        throw new IOException("cannot stop the packet switch");
      }
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    Posix.close(stopEvent);
  }

  private void run() {
    try (var arena = Arena.ofConfined()) {
      var polled = arena.allocate((long) POLL_BYTES * (devices.size() + 1), Long.BYTES);
      var timeout = arena.allocate(2L * Long.BYTES, Long.BYTES); // struct timespec
      var buffer = arena.allocate(PACKET_BYTES_MAX);
      for (int port = 0; port <= devices.size(); port++) {
        int fd = port == devices.size() ? stopEvent : devices.get(port).fd();
        polled.set(JAVA_INT, (long) POLL_BYTES * port, fd);
        polled.set(JAVA_SHORT, (long) POLL_BYTES * port + POLL_EVENTS, Posix.POLL_IN);
      }
      while (!stopping) {
        deliverDue(buffer);
        Posix.poll(polled, devices.size() + 1L, untilNextDue(timeout));
        for (int port = 0; port < devices.size(); port++) {
          if (polled.get(JAVA_SHORT, (long) POLL_BYTES * port + POLL_RESULT) != 0) {
            forward(port, buffer);
          }
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      links.fail(e);
    }
  }

  private void deliverDue(MemorySegment buffer) {
    while (!held.isEmpty() && held.element().due - System.nanoTime() <= 0) {
      var next = held.remove();
      heldBytes -= next.packet.byteSize();
      // A partition also takes what is under way.
      if (!links.quality(linkOf[next.from][next.to]).blocked()) {
        deliver(next.to, buffer.asSlice(0, next.packet.byteSize()).copyFrom(next.packet));
      }
    }
  }

  private MemorySegment untilNextDue(MemorySegment timeout) {
    if (held.isEmpty()) {
      return MemorySegment.NULL;
    }
    long nanos = Math.max(0, held.element().due - System.nanoTime());
    long second = TimeUnit.SECONDS.toNanos(1);
    timeout.set(JAVA_LONG, 0, nanos / second);
    timeout.set(JAVA_LONG, Long.BYTES, nanos % second);
    return timeout;
  }

  private void forward(int from, MemorySegment buffer) throws IOException {
    for (int taken = 0; taken < BATCH; taken++) {
      int length = devices.get(from).read(buffer);
      if (length < 0) {
        return;
      }
      var packet = buffer.asSlice(0, length);
      int to = destination(packet);
      if (to >= 0 && to < devices.size() && to != from) {
        forward(from, to, packet);
      }
    }
  }

  private void forward(int from, int to, MemorySegment packet) {
    long now = System.nanoTime();
    var fate = shaperOf[from][to].fate(links.quality(linkOf[from][to]), now);
    for (int copy = 0; copy < fate.copies(); copy++) {
      if (fate.due() - now <= 0) {
        deliver(to, packet);
      } else if (heldBytes + packet.byteSize() <= HELD_BYTES_MAX) {
        held.add(
            new Held(
                fate.due(),
                heldCount++,
                from,
                to,
                MemorySegment.ofArray(packet.toArray(JAVA_BYTE))));
        heldBytes += packet.byteSize();
      }
    }
  }

  // A packet that is not taken is lost, as on any network.
  private void deliver(int to, MemorySegment packet) {
    boolean _ = devices.get(to).write(packet);
  }

  /// @return the port, or what no port is
  private static int destination(MemorySegment packet) {
    boolean ipv4 =
        packet.byteSize() >= IPV4_HEADER_BYTES && (packet.get(JAVA_BYTE, 0) & 0xf0) == 0x40;
    return ipv4 ? Byte.toUnsignedInt(packet.get(JAVA_BYTE, DESTINATION_LAST_BYTE)) - 1 : -1;
  }
}
