package io.quiverdb.raft;

import java.util.List;
import java.util.UUID;

/// What a cluster is made of, decided once, when it is formed. Every member keeps a copy.
///
/// @param members in the order of their ids
/// @param entryBytesMax the largest log entry, for the life of the cluster
public record Claim(
    UUID clusterId, List<Member> members, int shards, int replicationFactor, int entryBytesMax) {
  public Claim {
    members = List.copyOf(members);
  }
}
