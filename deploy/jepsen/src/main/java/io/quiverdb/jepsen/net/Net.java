package io.quiverdb.jepsen.net;

import java.util.function.UnaryOperator;

/// The links of a cluster under test. All are good at first.
///
/// Safe for use by several threads. Once a network has failed by itself, every change of a link
/// throws [IllegalStateException]: a run that goes on would test nothing.
public interface Net extends AutoCloseable {
  /// Network namespaces where they can be made, else proxies on loopback.
  ///
  /// @throws NetUnavailableException if neither can be had
  static Net open(NetSpec spec) throws NetUnavailableException {
    try {
      return NamespaceNet.open(spec);
    } catch (NetUnavailableException e) {
      return ProxyNet.open(spec, String.valueOf(e.getMessage()));
    }
  }

  int nodes();

  NodeHost host(int node);

  boolean supports(Impairment impairment);

  /// In a sentence: what this network is, and why not a better one.
  String describe();

  Quality quality(Link link);

  /// Once this returns, the changed quality holds for all that is sent from then on.
  ///
  /// @param change the quality of now to that of then, so that faults at one time add up
  /// @throws IllegalArgumentException if it asks for an impairment that is not supported
  void update(Link link, UnaryOperator<Quality> change);

  /// Blocks what a grudge blocks, and leaves all else as it is.
  default void partition(Grudge grudge) {
    grudge.blocked().forEach(link -> update(link, quality -> quality.withBlocked(true)));
  }

  /// Makes all links good.
  void heal();

  /// Ends every connection through this network.
  @Override
  void close();
}
