/// Carries what nodes ask of each other over gRPC. Entry types: [PeerServer] and
/// [GrpcPeerTransport].
@NullMarked
package io.quiverdb.node.peer;

import org.jspecify.annotations.NullMarked;
