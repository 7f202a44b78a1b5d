/// The protocol between nodes, generated from `quiver/peer/v1/peer.proto`.
package io.quiverdb.node.peer.proto;
