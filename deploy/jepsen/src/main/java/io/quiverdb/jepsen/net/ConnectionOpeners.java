package io.quiverdb.jepsen.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntFunction;

/// Tells which node's process opened a connection, by the inode of its socket.
final class ConnectionOpeners {
  private final Path proc;
  private final KernelSockets sockets;
  private final int nodes;
  private final IntFunction<OptionalLong> pids;

  ConnectionOpeners(Path proc, int nodes, IntFunction<OptionalLong> pids) {
    this.proc = proc;
    this.sockets = new KernelSockets(proc);
    this.nodes = nodes;
    this.pids = pids;
  }

  /// @param local of the opener's side
  /// @return empty if the opener has closed it again
  Optional<End> find(InetSocketAddress local, InetSocketAddress remote) throws IOException {
    var inode = sockets.findInode(local, remote);
    return inode.isPresent() ? Optional.of(owner(inode.getAsLong())) : Optional.empty();
  }

  boolean isOpen(InetSocketAddress local, InetSocketAddress remote) throws IOException {
    return sockets.findInode(local, remote).isPresent();
  }

  /// As [#isOpen], half a second ago at the earliest.
  boolean wasOpenLately(InetSocketAddress local, InetSocketAddress remote) throws IOException {
    return sockets.wasOpenLately(local, remote);
  }

  private End owner(long inode) {
    for (int node = 0; node < nodes; node++) {
      var pid = pids.apply(node);
      if (pid.isPresent() && holds(pid.getAsLong(), "socket:[" + inode + "]")) {
        return End.node(node);
      }
    }
    return End.clients();
  }

  private boolean holds(long pid, String socket) {
    var descriptors = proc.resolve(String.valueOf(pid)).resolve("fd");
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(descriptors)) {
      for (var entry : entries) {
        if (isLinkTo(entry, socket)) {
          return true;
        }
      }
      return false;
    } catch (IOException _) {
      return false; // it has just ended
    }
  }

  private static boolean isLinkTo(Path entry, String target) {
    try {
      return Files.readSymbolicLink(entry).toString().equals(target);
    } catch (IOException _) {
      return false; // closed meanwhile
    }
  }
}
