package io.quiverdb.raft.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Metric;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.TestKeyRing;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// By what hash replicas of the catalogue are compared.
final class CatalogReplicaTest {
  private static final long TERM = 2;

  private final CatalogReplica replica = newReplica();

  @Test
  void lastStatesAreKnownByTheirHashes() {
    for (int index = 0; index <= 100; index++) {
      replica.advance(TERM, index);
    }

    assertThat(replica.hashAt(100)).contains(replica.state().hash(TERM));
    assertThat(replica.hashAt(37)).isPresent().isNotEqualTo(replica.hashAt(100));
    assertThat(replica.hashAt(36)).isEmpty();
    assertThat(replica.hashAt(101)).isEmpty();
    assertThat(newReplica().hashAt(-1)).isEmpty();
  }

  @Test
  void stateBeforeIsComparedThoughTheCatalogueGoesOn() {
    form();
    long formed = replica.applied().index();
    var hash = replica.hashAt(formed);

    apply(create(1, "a"));

    assertThat(replica.hashAt(formed)).isPresent().isEqualTo(hash);
    assertThat(replica.hashAt(formed + 1)).isPresent().isNotEqualTo(hash);
  }

  /// One of them has an entry that is not committed.
  @Test
  void entriesOfOtherTermsMakeOtherReplicasThoughTheyChangeNothing() {
    var other = newReplica();
    replica.advance(TERM, 0);
    other.advance(TERM + 1, 0);

    assertThat(other.hashAt(0)).isNotEqualTo(replica.hashAt(0));
  }

  @Test
  void replicaThatGoesOnFromACheckpointHashesAsTheOneThatItIsOf() throws IOException {
    var other = newReplica();
    other.advance(TERM, 0);
    form();
    apply(create(1, "a"));

    other.install(replica.open(replica.sealCheckpoint(ByteString.EMPTY)));

    long index = replica.applied().index();
    assertThat(other.hashAt(index)).isPresent().isEqualTo(replica.hashAt(index));
    // Of its own past nothing is known any more.
    assertThat(other.hashAt(0)).isEmpty();
  }

  @Test
  void statesThatHaveTheKeysOfAShreddedCollectionAreForgotten() {
    form();
    apply(create(1, "a"));
    long index = replica.applied().index();
    assertThat(replica.hashAt(index)).isPresent();

    apply(
        CatalogOps.beginShred(
            new CatalogWrite.ShredCollection(id(2), "a"), replica.keys().requestMac()));

    assertThat(replica.hashAt(index)).isEmpty();
    assertThat(replica.hashAt(index + 1)).isPresent();
  }

  private void form() {
    var member = new Member(new NodeId(new UUID(0, 1)), new NodeAddresses("c", "p", "r"));
    apply(
        CatalogOps.form(
            new Claim(new UUID(1, 1), List.of(member), 3, 1, 4 << 20, Optional.empty()), 1));
  }

  private void apply(CatalogOp op) {
    replica.apply(TERM, replica.applied().index() + 1, replica.keys().seal(op));
  }

  private CatalogOp create(int request, String name) {
    return CatalogOps.beginCreate(
        new CatalogWrite.CreateCollection(
            id(request), name, new Descriptor(3, Metric.DOT), Settings.NONE),
        replica.keys().drawCollectionKeys(),
        replica.keys().requestMac());
  }

  private static RequestId id(int request) {
    return new RequestId(new UUID(0, request));
  }

  private static CatalogReplica newReplica() {
    return new CatalogReplica(
        new SimulatedStorage(), new CatalogKeys(() -> TestKeyRing.INSTANCE), CatalogLevels.CURRENT);
  }
}
