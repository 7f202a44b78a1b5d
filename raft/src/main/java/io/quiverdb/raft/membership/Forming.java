package io.quiverdb.raft.membership;

import static java.util.stream.Collectors.joining;

import io.quiverdb.raft.Claim;
import io.quiverdb.raft.FormationException;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ShardException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One run of the protocol of [Formation]: claims every node, then has every node open the
/// catalogue's group. For use once.
final class Forming {
  private static final Logger log = LoggerFactory.getLogger(Forming.class);

  private static final int START_OVERS_MAX = 16;

  private final List<FoundNode> nodes;
  private final Claim proposal;
  private int startOvers;
  private volatile boolean begun;

  /// @param nodes in the order of their ids
  /// @param proposal for nodes that hold no claim
  Forming(List<FoundNode> nodes, Claim proposal) {
    this.nodes = nodes;
    this.proposal = proposal;
  }

  /// Complete, with the claim that all nodes hold now, when all have opened the group.
  CompletableFuture<Claim> run() {
    var first = nodes.getFirst();
    return first
        .peer()
        .claim()
        .thenCompose(
            found ->
                found
                    .map(CompletableFuture::completedFuture)
                    .orElseGet(() -> first.peer().claim(proposal)))
        .thenCompose(this::adopt);
  }

  /// Whether a node holds a claim of this forming, or of one that it goes on with.
  boolean begun() {
    return begun;
  }

  /// What the first node holds decides, also if another forming has come between.
  private CompletableFuture<Claim> adopt(Claim claim) {
    begun = true;
    var first = nodes.getFirst();
    if (!memberIds(claim).equals(nodes.stream().map(FoundNode::id).collect(Collectors.toSet()))) {
      throw new FormationException.OtherMembers(
          first.address(), claim.clusterId(), peerAddresses(claim));
    }
    if (!claim.equals(proposal)) {
      log.info(
          "unfinished forming adopted cluster={} node={} shards={} replication_factor={}",
          claim.clusterId(),
          first.id(),
          claim.shards(),
          claim.replicationFactor());
    }
    return claimFrom(1, claim);
  }

  private CompletableFuture<Claim> claimFrom(int position, Claim claim) {
    if (position == nodes.size()) {
      return openFrom(0, claim);
    }
    var node = nodes.get(position);
    return node.peer()
        .claim(claim)
        .thenCompose(
            held -> {
              if (!held.equals(claim)) {
                throw new FormationException.OtherCluster(node.address(), held.clusterId());
              }
              return claimFrom(position + 1, claim);
            });
  }

  /// In the same order: whoever has the first node's group open has won.
  private CompletableFuture<Claim> openFrom(int position, Claim claim) {
    if (position == nodes.size()) {
      return CompletableFuture.completedFuture(claim);
    }
    var node = nodes.get(position);
    return node.peer()
        .openGroup(claim.clusterId(), new CatalogGroup())
        .thenApply(_ -> true)
        .exceptionallyCompose(failure -> isStillClaimed(node, claim, failure))
        .thenCompose(isOpen -> isOpen ? openFrom(position + 1, claim) : startOver(node));
  }

  /// Fails with `failure` if the node's claim is not the reason for it.
  private static CompletableFuture<Boolean> isStillClaimed(
      FoundNode node, Claim claim, Throwable failure) {
    return node.peer()
        .claim()
        .thenCompose(
            held ->
                held.filter(claim::equals).isPresent()
                    ? CompletableFuture.failedFuture(failure)
                    : CompletableFuture.completedFuture(false));
  }

  private CompletableFuture<Claim> startOver(FoundNode node) {
    if (++startOvers > START_OVERS_MAX) {
      throw new ShardException.Unavailable(
          "node at %s: claimed by others again and again (expected: one forming at a time)"
              .formatted(node.address()));
    }
    log.info("forming starts over, its claim was replaced node={}", node.id());
    return run();
  }

  private static Set<NodeId> memberIds(Claim claim) {
    return claim.members().stream().map(Member::id).collect(Collectors.toSet());
  }

  private static String peerAddresses(Claim claim) {
    return claim.members().stream().map(member -> member.addresses().peer()).collect(joining(", "));
  }
}
