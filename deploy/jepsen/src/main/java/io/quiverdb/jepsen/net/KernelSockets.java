package io.quiverdb.jepsen.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/// The TCP sockets of this machine as `/proc/net/tcp` and `/proc/net/tcp6` show them (proc(5)): per
/// line, among others, the local and the remote address as words of the machine's byte order in
/// hexadecimal, and the inode, which is 0 once no process has the socket open.
final class KernelSockets {
  private static final List<String> TABLES = List.of("net/tcp", "net/tcp6");
  private static final int LOCAL_FIELD = 1;
  private static final int REMOTE_FIELD = 2;
  private static final int INODE_FIELD = 9;
  // The table is read in pieces; a line can fall between two of them when others go away.
  private static final int ATTEMPTS = 3;
  private static final String IPV6_MAPPED = hex(new byte[12], 10, 11);

  private final Path proc;

  /// @param proc where the proc file system is mounted
  KernelSockets(Path proc) {
    this.proc = proc;
  }

  /// The inode of the IPv4 connection between two addresses, on the side of the first; empty if no
  /// process has that side open.
  OptionalLong findInode(InetSocketAddress local, InetSocketAddress remote) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      for (var table : TABLES) {
        var inode = findInode(proc.resolve(table), hex(local), hex(remote));
        if (inode.isPresent()) {
          return inode.getAsLong() == 0 ? OptionalLong.empty() : inode;
        }
      }
    }
    return OptionalLong.empty();
  }

  private static OptionalLong findInode(Path table, String local, String remote)
      throws IOException {
    if (!Files.exists(table)) {
      return OptionalLong.empty(); // no IPv6 in this kernel
    }
    for (var line : Files.readAllLines(table)) {
      // Cheap, for there can be thousands of others.
      if (line.contains(local) && line.contains(remote)) {
        var fields = line.strip().split(" +", -1);
        if (isAddress(fields[LOCAL_FIELD], local) && isAddress(fields[REMOTE_FIELD], remote)) {
          return OptionalLong.of(Long.parseLong(fields[INODE_FIELD]));
        }
      }
    }
    return OptionalLong.empty();
  }

  private static boolean isAddress(String field, String ipv4) {
    return field.equals(ipv4) || field.equals(IPV6_MAPPED + ipv4);
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
