/// Links between the nodes of a cluster under test, and between them and their clients, that can be
/// blocked, slowed and made unreliable in one direction each. Entry type: [Net].
///
/// Two kinds: [NamespaceNet] gives every node a network namespace and handles packets; [ProxyNet]
/// needs no privileges and handles the bytes of TCP connections on loopback.
@NullMarked
package io.quiverdb.jepsen.net;

import org.jspecify.annotations.NullMarked;
