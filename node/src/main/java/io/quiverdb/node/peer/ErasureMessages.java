package io.quiverdb.node.peer;

import io.quiverdb.node.peer.proto.EraseResponse;
import io.quiverdb.raft.ReplicaErasure;
import java.util.List;

/// What a node still has of a collection that was shredded, as a message.
final class ErasureMessages {
  private ErasureMessages() {}

  static EraseResponse message(List<ReplicaErasure> replicas) {
    return EraseResponse.newBuilder()
        .addAllReplicas(
            replicas.stream()
                .map(
                    replica ->
                        EraseResponse.Replica.newBuilder()
                            .setGroup(PeerMessages.group(replica.group()))
                            .addAllOutstanding(replica.outstanding())
                            .build())
                .toList())
        .build();
  }

  static List<ReplicaErasure> replicas(EraseResponse message) {
    return message.getReplicasList().stream()
        .map(
            replica ->
                new ReplicaErasure(
                    PeerMessages.group(replica.getGroup()),
                    List.copyOf(replica.getOutstandingList())))
        .toList();
  }
}
