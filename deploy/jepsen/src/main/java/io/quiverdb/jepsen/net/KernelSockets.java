package io.quiverdb.jepsen.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// The TCP sockets of this machine as `/proc/net/tcp` and `/proc/net/tcp6` show them (proc(5)): per
/// line, among others, the local and the remote address as words of the machine's byte order in
/// hexadecimal, and the inode, which is 0 once no process has the socket open.
///
/// To read them costs the kernel milliseconds, however few there are. So all who ask while they are
/// being read share the next reading.
final class KernelSockets {
  private static final List<String> TABLES = List.of("net/tcp", "net/tcp6");
  private static final int LOCAL_FIELD = 1;
  private static final int REMOTE_FIELD = 2;
  private static final int INODE_FIELD = 9;
  // The table is read in pieces; a line can fall between two of them when others go away.
  private static final int ATTEMPTS = 3;
  private static final long LATELY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final String IPV6_MAPPED = hex(new byte[12], 10, 11);

  private final Path proc;
  private final Object reading = new Object();
  private final AtomicLong begun = new AtomicLong();
  private volatile Sockets last = new Sockets(0, System.nanoTime() - LATELY_NANOS, Map.of());

  /// @param number of the reading
  /// @param nanoTime when it was begun
  /// @param inodes by local and remote address
  private record Sockets(long number, long nanoTime, Map<String, Long> inodes) {
    OptionalLong inode(InetSocketAddress local, InetSocketAddress remote) {
      Long inode = inodes.get(hex(local) + hex(remote));
      return inode == null ? OptionalLong.empty() : OptionalLong.of(inode);
    }
  }

  /// @param proc where the proc file system is mounted
  KernelSockets(Path proc) {
    this.proc = proc;
  }

  /// The inode of the IPv4 connection between two addresses, on the side of the first; empty if no
  /// process has that side open.
  OptionalLong findInode(InetSocketAddress local, InetSocketAddress remote) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      var inode = now().inode(local, remote);
      if (inode.isPresent()) {
        return inode.getAsLong() == 0 ? OptionalLong.empty() : inode;
      }
    }
    return OptionalLong.empty();
  }

  /// Whether a process had the side of the first open half a second ago, or has it now.
  boolean wasOpenLately(InetSocketAddress local, InetSocketAddress remote) throws IOException {
    var lately = last;
    boolean isRecent = System.nanoTime() - lately.nanoTime < LATELY_NANOS;
    return (isRecent && lately.inode(local, remote).orElse(0) != 0)
        || findInode(local, remote).isPresent();
  }

  /// As of a reading that is begun after this call.
  private Sockets now() throws IOException {
    long before = begun.get();
    synchronized (reading) {
      if (last.number <= before) {
        last = new Sockets(begun.incrementAndGet(), System.nanoTime(), read());
      }
      return last;
    }
  }

  private Map<String, Long> read() throws IOException {
    Map<String, Long> inodes = new HashMap<>();
    for (var name : TABLES) {
      var table = proc.resolve(name);
      if (Files.exists(table)) { // no IPv6 in some kernels
        Files.readAllLines(table).stream().skip(1).forEach(line -> put(line, inodes));
      }
    }
    return inodes;
  }

  private static void put(String line, Map<String, Long> inodes) {
    var fields = line.strip().split(" +", -1);
    if (fields.length > INODE_FIELD) {
      var addresses = ipv4(fields[LOCAL_FIELD]) + ipv4(fields[REMOTE_FIELD]);
      inodes.putIfAbsent(addresses, Long.parseLong(fields[INODE_FIELD]));
    }
  }

  private static String ipv4(String address) {
    return address.startsWith(IPV6_MAPPED) ? address.substring(IPV6_MAPPED.length()) : address;
  }

  private static String hex(InetSocketAddress address) {
    return hex(address.getAddress()) + ":%04X".formatted(address.getPort());
  }

  private static String hex(InetAddress address) {
    return "%08X"
        .formatted(ByteBuffer.wrap(address.getAddress()).order(ByteOrder.nativeOrder()).getInt());
  }

  // The first three words of ::ffff:a.b.c.d.
  private static String hex(byte[] words, int... allOnes) {
    for (int position : allOnes) {
      words[position] = (byte) 0xff;
    }
    var buffer = ByteBuffer.wrap(words).order(ByteOrder.nativeOrder());
    var text = new StringBuilder();
    while (buffer.hasRemaining()) {
      text.append("%08X".formatted(buffer.getInt()));
    }
    return text.toString();
  }
}
