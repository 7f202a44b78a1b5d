package io.quiverdb.node;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/// A host and a port.
///
/// @param host a name or an address, without brackets
public record Endpoint(String host, int port) {
  /// Reads `host:port`, `[address]:port` or, where there is a default host, `:port`.
  ///
  /// @throws IllegalArgumentException if it is none of them
  public static Endpoint parse(String text, Optional<String> defaultHost) {
    HostAndPort parsed;
    try {
      parsed = HostAndPort.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an address", e);
    }
    String host = parsed.getHost();
    if (host.isEmpty()) {
      host = defaultHost.orElseThrow(() -> new IllegalArgumentException("no host"));
    }
    if (!parsed.hasPort()) {
      throw new IllegalArgumentException("no port");
    }
    return new Endpoint(host, parsed.getPort());
  }

  InetSocketAddress resolve() throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByName(host), port);
  }

  /// Whether only this machine can connect.
  boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException _) {
      return false;
    }
  }

  /// Whether it stands for all interfaces.
  boolean isWildcard() {
    return InetAddresses.isInetAddress(host) && InetAddresses.forString(host).isAnyLocalAddress();
  }

  Endpoint withHost(String other) {
    return new Endpoint(other, port);
  }

  @Override
  public String toString() {
    return HostAndPort.fromParts(host, port).toString();
  }
}
