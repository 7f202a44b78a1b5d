package io.quiverdb.node.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quiverdb.core.AnswerTooLargeException;
import io.quiverdb.core.Damage;
import io.quiverdb.core.Deletion;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Filter;
import io.quiverdb.core.Hit;
import io.quiverdb.core.IndexDigest;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.PayloadChange;
import io.quiverdb.core.Point;
import io.quiverdb.core.Position;
import io.quiverdb.core.Precondition;
import io.quiverdb.core.Query;
import io.quiverdb.core.Recall;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.SegmentPlan;
import io.quiverdb.core.Settings;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.StoreStats.IndexCoverage;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.Vector;
import io.quiverdb.core.Verification;
import io.quiverdb.core.VersionRange;
import io.quiverdb.raft.CatalogOrder;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.Consistency;
import io.quiverdb.raft.DeletedMatching;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupMembers;
import io.quiverdb.raft.Incarnation;
import io.quiverdb.raft.Lag;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.QuarantineCause;
import io.quiverdb.raft.ReadIndex;
import io.quiverdb.raft.ReadResult;
import io.quiverdb.raft.ReplicaErasure;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.SegmentCounts;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardWrite;
import io.quiverdb.raft.WrappedKeys;
import io.quiverdb.raft.Written;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.catalog.ClusterNode;
import io.quiverdb.raft.catalog.CollectionInfo;
import io.quiverdb.raft.catalog.SettingsChange;
import io.quiverdb.raft.snapshot.SnapshotOffer;
import io.quiverdb.raft.snapshot.SnapshotOffer.OfferedFile;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What every way to a node must do: ask what its caller asked, answer and fail as the node did.
abstract class PeerContract {
  private static final long COLLECTION = (1L << 48) + 5;
  private static final Position POSITION = new Position(2, 3, 1L << 40);
  private static final NodeId NODE = new NodeId(new UUID(0xFEDC_BA98_7654_3210L, 17));
  private static final GroupKey CATALOG = new GroupKey.CatalogGroup();
  private static final GroupKey SHARD = new GroupKey.ShardGroup(3);
  private static final RequestStamp STAMP =
      new RequestStamp(new RequestId(new UUID(5, 6)), 9, Optional.of(Position.START));
  private static final RequestStamp STAMP_UNSEEN =
      new RequestStamp(new RequestId(new UUID(5, 7)), 0, Optional.empty());
  private static final Vector VECTOR = Vector.of(-0.0f, Float.MIN_VALUE, 3.5f);
  private static final Payload PAYLOAD = Payload.ofJson("{\"é\": [1, 2.50]}");
  private static final Optional<Precondition> VERSION_IS =
      Optional.of(new Precondition.VersionEquals(1L << 40));
  private static final Filter FILTER = new Filter.Eq("a.b", new Filter.Value.Text("x"));
  private static final Settings SETTINGS =
      new Settings(
          List.of(
              new Settings.FilterableField("a.b", Settings.FilterableField.Type.KEYWORD),
              new Settings.FilterableField("c", Settings.FilterableField.Type.NUMERIC)),
          OptionalInt.of(200));
  private static final WrappedKeys WRAPPED_KEYS =
      new WrappedKeys(ByteString.copyFrom(wrappedKeysBytes()));
  private static final byte[] SHA256 = new byte[32];
  private static final Member MEMBER =
      new Member(NODE, new NodeAddresses("a:7070", "a:7071", "[::1]:7072"));
  private static final Claim CLAIM =
      new Claim(new UUID(1, 2), List.of(MEMBER), 3, 1, 4 << 20, Optional.empty());
  private static final CollectionInfo COLLECTION_INFO =
      new CollectionInfo(
          COLLECTION,
          "docs",
          new Descriptor(384, Metric.DOT),
          SETTINGS,
          WRAPPED_KEYS,
          CollectionInfo.State.CREATING,
          77);

  final ScriptedPeer node = new ScriptedPeer();

  /// The way to `node` that is put to the test.
  private static final VersionRange LEVELS = new VersionRange(2, 5);

  abstract Peer peer();

  // --- calls

  @Test
  void statusArrivesWhole() {
    answers(
        new NodeStatus(
            MEMBER,
            "0.1",
            Optional.of(new UUID(1, 2)),
            Optional.of("0011"),
            Optional.of(new VersionRange(1, 2)),
            List.of("shard 3: no leader", "stopping"),
            List.of(
                new ReplicaStatus(
                    SHARD,
                    new Incarnation(new UUID(3, -4), 1L << 48),
                    ReplicaStatus.Role.CANDIDATE,
                    7,
                    Optional.empty(),
                    -1,
                    -1,
                    -1,
                    0,
                    Optional.of(new IndexCoverage(1, 2, 3, 4, 1L << 40, 6)),
                    Optional.of(new Recall(7, 70, 69)),
                    Optional.of("behind")),
                new ReplicaStatus(
                    CATALOG,
                    new Incarnation(new UUID(5, 6), 0),
                    ReplicaStatus.Role.LEADER,
                    8,
                    Optional.of(NODE),
                    12,
                    11,
                    10,
                    9,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()))),
        Peer::status,
        "status");
    answers(
        new NodeStatus(
            MEMBER,
            "0.1",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Set.of(SHARD, CATALOG)),
        Peer::status,
        "status");
  }

  @Test
  void causesOfQuarantineArrive() {
    for (var cause : QuarantineCause.values()) {
      var replica =
          new ReplicaStatus(
              SHARD,
              new Incarnation(new UUID(3, -4), 5),
              ReplicaStatus.Role.CLOSED,
              0,
              Optional.empty(),
              -1,
              -1,
              -1,
              0,
              Optional.empty(),
              Optional.empty(),
              Optional.of("quarantined"),
              Optional.of(cause));
      answers(
          new NodeStatus(
              MEMBER,
              "0.1",
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              List.of("shard 3: quarantined"),
              List.of(replica)),
          Peer::status,
          "status");
    }
  }

  @Test
  void claimsArriveWhole() {
    answers(Optional.of(CLAIM), Peer::claim, "claim");
    answers(Optional.empty(), Peer::claim, "claim");
    answers(CLAIM, peer -> peer.claim(CLAIM), "claim", CLAIM);
  }

  @Test
  void groupsAreNamedAsAsked() {
    answersNothing(
        peer -> peer.openGroup(new UUID(1, 2), CATALOG), "openGroup", new UUID(1, 2), CATALOG);
    answersNothing(
        peer -> peer.openGroup(new UUID(1, 2), SHARD), "openGroup", new UUID(1, 2), SHARD);
    answersNothing(peer -> peer.transferLeader(SHARD, NODE), "transferLeader", SHARD, NODE);
  }

  @Test
  void changesOfMembersArriveWhole() {
    var order = new CatalogOrder(7, 1L << 40);
    answersNothing(peer -> peer.admit(MEMBER, LEVELS), "admit", MEMBER, LEVELS);
    answersNothing(
        peer -> peer.openReplica(SHARD, order, 1L << 48, 1L << 40),
        "openReplica",
        SHARD,
        order,
        1L << 48,
        1L << 40);
    answersNothing(
        peer -> peer.openReplica(CATALOG, CatalogOrder.NONE, 0, 0),
        "openReplica",
        CATALOG,
        CatalogOrder.NONE,
        0L,
        0L);
    answersNothing(
        peer -> peer.removeReplica(SHARD, order, new UUID(1, -2)),
        "removeReplica",
        SHARD,
        order,
        new UUID(1, -2));
    var path = List.of(List.of(NODE, MEMBER.id()), List.<NodeId>of());
    var known = List.of(MEMBER);
    answersNothing(
        peer -> peer.changeMembers(SHARD, path, known), "changeMembers", SHARD, path, known);
    answers(
        new GroupMembers(
            Set.of(NODE, new NodeId(new UUID(8, 8))),
            Set.of(new NodeId(new UUID(9, -9))),
            1L << 40),
        peer -> peer.members(SHARD),
        "members",
        SHARD);
    answers(
        Optional.of(ByteBuffer.wrap(new byte[] {1, -1})),
        peer -> peer.catalogCopy(-1, true),
        "catalogCopy",
        -1L,
        true);
    answers(Optional.empty(), peer -> peer.catalogCopy(9, false), "catalogCopy", 9L, false);
    answers(
        ByteBuffer.wrap(new byte[] {1, -1}), peer -> peer.catalogCheckpoint(), "catalogCheckpoint");
  }

  @Test
  void barrierCallsArriveWhole() {
    Map<GroupKey, Long> terms =
        Map.of(CATALOG, 4L, SHARD, 1L << 33, new GroupKey.ShardGroup(0), 0L);
    answers(terms, peer -> peer.currentTerms(terms), "currentTerms", terms);
    answers(
        Map.of(CATALOG, new ReadIndex.At(-1), SHARD, new ReadIndex.At(1L << 40)),
        peer -> peer.readIndexes(Set.of(CATALOG, SHARD)),
        "readIndexes",
        Set.of(CATALOG, SHARD));
  }

  /// What one group's leader refuses says nothing of another's.
  @Test
  void refusedReadIndexArrivesAsItWas() {
    for (var why :
        List.of(
            new ShardException.NotLeader(SHARD.toString(), Optional.of(NODE)),
            new ShardException.NotLeader(SHARD.toString(), Optional.empty()),
            new ShardException.Unavailable("shard 3: no leader is ready"),
            new ShardException.Overloaded("shard 3: busy"))) {
      node.answer(Map.of(SHARD, new ReadIndex.Refused(why), CATALOG, new ReadIndex.At(7)));

      var arrived = peer().readIndexes(Set.of(SHARD, CATALOG)).join();

      assertThat(arrived.get(CATALOG)).isEqualTo(new ReadIndex.At(7));
      var refusal = ((ReadIndex.Refused) Objects.requireNonNull(arrived.get(SHARD))).why();
      assertThat(refusal).hasSameClassAs(why).hasMessage(why.getMessage());
      assertThat(failureOf(peer().readIndex(SHARD))).hasSameClassAs(why);
    }
  }

  @Test
  void everyLevelOfReadsArrivesWhole() {
    for (var level :
        List.of(
            Consistency.LINEARIZABLE,
            Consistency.LINEARIZABLE.within(Duration.ofMillis(7)),
            Consistency.ANY,
            new Consistency.Session(POSITION),
            new Consistency.Session(Position.START).within(Duration.ZERO))) {
      answers(
          new ReadResult<>(5L, POSITION),
          peer -> peer.shard(3).count(COLLECTION, Optional.empty(), level),
          "count",
          3,
          COLLECTION,
          Optional.empty(),
          level);
    }
  }

  @Test
  void ageOfWhatIsReadArrives() {
    for (var lag : List.of(new Lag(0, OptionalLong.empty()), new Lag(9, OptionalLong.of(0)))) {
      var found = new ReadResult<>(List.of(Optional.empty()), POSITION, Optional.of(lag));
      node.answer(found);
      assertThat(peer().shard(3).get(COLLECTION, List.of("a"), Consistency.ANY).join())
          .isEqualTo(found);
      var counted = new ReadResult<>(3L, POSITION, Optional.of(lag));
      node.answer(counted);
      assertThat(peer().shard(3).count(COLLECTION, Optional.empty(), Consistency.ANY).join())
          .isEqualTo(counted);
      var page = new ReadResult<>(new ScanPage(List.of(), false), POSITION, Optional.of(lag));
      node.answer(page);
      assertThat(
              peer()
                  .shard(3)
                  .scan(COLLECTION, Optional.empty(), 1, Optional.empty(), Consistency.ANY)
                  .join())
          .isEqualTo(page);
      var hits = new ReadResult<>(List.of(), POSITION, Optional.of(lag));
      node.answer(hits);
      assertThat(
              peer()
                  .shard(3)
                  .search(
                      COLLECTION,
                      new Query(VECTOR, 1, Optional.empty(), true, true),
                      Consistency.ANY)
                  .join())
          .isEqualTo(hits);
    }
  }

  @Test
  void catalogueWritesArriveWhole() {
    var create =
        new CatalogWrite.CreateCollection(
            STAMP.id(), "docs", new Descriptor(384, Metric.L2_SQUARED), SETTINGS);
    var drop = new CatalogWrite.DropCollection(STAMP.id(), "docs");
    var shred = new CatalogWrite.ShredCollection(STAMP.id(), "docs");
    var update =
        new CatalogWrite.UpdateSettings(
            STAMP.id(),
            "docs",
            new SettingsChange(
                SETTINGS.filterableFields(), List.of("x", "y.z"), OptionalInt.of(77)));
    for (var written :
        List.of(
            new CatalogWritten.Created(COLLECTION_INFO),
            new CatalogWritten.AlreadyExists(COLLECTION_INFO),
            new CatalogWritten.Updated(COLLECTION_INFO),
            new CatalogWritten.Dropped(),
            new CatalogWritten.Shredded(-3),
            new CatalogWritten.Changed(),
            new CatalogWritten.NotFound(),
            new CatalogWritten.RequestIdReused())) {
      answers(written, peer -> peer.writeCatalog(create), "writeCatalog", create);
      answers(written, peer -> peer.writeCatalog(drop), "writeCatalog", drop);
      answers(written, peer -> peer.writeCatalog(shred), "writeCatalog", shred);
      answers(written, peer -> peer.writeCatalog(update), "writeCatalog", update);
    }
  }

  @Test
  void changesOfTheNodesArriveWhole() {
    for (var write :
        List.of(
            new CatalogWrite.AddNode(STAMP.id(), MEMBER, LEVELS),
            new CatalogWrite.RaiseFeatureLevel(STAMP.id(), 7),
            new CatalogWrite.SetNodeState(STAMP.id(), NODE, ClusterNode.State.ACTIVE),
            new CatalogWrite.SetNodeState(STAMP.id(), NODE, ClusterNode.State.DRAINING),
            new CatalogWrite.SetNodeState(STAMP.id(), NODE, ClusterNode.State.REMOVING),
            new CatalogWrite.SetReplicationFactor(STAMP.id(), 3),
            new CatalogWrite.MoveReplica(STAMP.id(), 4, NODE, MEMBER.id()),
            new CatalogWrite.Rebalance(STAMP.id()))) {
      answers(
          new CatalogWritten.Changed(), peer -> peer.writeCatalog(write), "writeCatalog", write);
    }
  }

  @Test
  void hashesArriveWhole() {
    for (var group : List.of(SHARD, CATALOG)) {
      answers(
          Optional.of(new StateHash(-1, 1)),
          peer -> peer.hashAt(group, POSITION),
          "hashAt",
          group,
          POSITION);
      answers(
          Optional.empty(),
          peer -> peer.hashAt(group, Position.START),
          "hashAt",
          group,
          Position.START);
    }
  }

  @Test
  void snapshotsArriveWhole() {
    var lease = new UUID(7, -8);
    var file = new OfferedFile("collections/7/seg-1.vec", 1L << 40, ByteString.copyFrom(SHA256));
    answers(
        new SnapshotOffer(lease, POSITION, ByteString.copyFrom(new byte[] {4}), List.of(file)),
        peer -> peer.snapshots().open(3),
        "openSnapshot",
        3);
    answers(
        ByteBuffer.wrap(new byte[] {1, 0, -1}),
        peer -> peer.snapshots().read(lease, file.name(), 1L << 39),
        "readSnapshot",
        lease,
        file.name(),
        1L << 39);
    answers(
        ByteBuffer.allocate(0),
        peer -> peer.snapshots().read(lease, "", 0),
        "readSnapshot",
        lease,
        "",
        0L);
    answersNothing(peer -> peer.snapshots().close(lease), "closeSnapshot", lease);
    answersNothing(peer -> peer.snapshots().holdLog(SHARD, -1), "holdLog", SHARD, -1L);
  }

  @Test
  void countsOfSegmentsArriveWhole() {
    answers(
        new SegmentCounts(8, 1L << 40, 5, 1L << 50),
        peer -> peer.compact(3, -4),
        "compact",
        3,
        -4L);
  }

  @Test
  void whatIsLeftToEraseArrivesWhole() {
    answers(
        List.of(
            new ReplicaErasure(CATALOG, List.of()),
            new ReplicaErasure(SHARD, List.of("log: from entry 1 on", "manifest-2"))),
        peer -> peer.erasure(-4, true),
        "erasure",
        -4L,
        true);
  }

  @Test
  void verificationsArriveWhole() {
    var damages =
        List.of(
            new Damage("gen-1/x", OptionalLong.of(3), 49152, "page checksum", "1", "2"),
            new Damage("gen-1/y", OptionalLong.empty(), 0, "file", "present", "missing"));
    for (var verification :
        List.of(
            Verification.NOTHING,
            new Verification(
                7,
                POSITION,
                3,
                1L << 40,
                5,
                Optional.of(new StateHash(1, -1)),
                damages,
                9,
                new IndexCoverage(1, 2, 3, 4, 5, 6),
                List.of(
                    new IndexDigest(-4, OptionalLong.of(0), "quiver.graph", "idx-0", 7, "ab"),
                    new IndexDigest(-4, OptionalLong.empty(), "other", "idx", 0, "cd"))))) {
      answers(verification, peer -> peer.verify(3, -4), "verify", 3, -4L);
    }
  }

  @Test
  void everyKindOfWriteArrivesWhole() {
    var written = new Written(new Outcome.Applied(5, List.of()), POSITION);
    for (var write :
        List.<ShardWrite>of(
            new ShardWrite.Upsert(
                STAMP,
                COLLECTION,
                List.of(new Point("a", VECTOR, PAYLOAD), new Point("é", VECTOR, Payload.EMPTY))),
            new ShardWrite.Upsert(
                STAMP,
                COLLECTION,
                List.of(
                    new Point("a", VECTOR, PAYLOAD, Optional.of(new Precondition.Absent())),
                    new Point("b", VECTOR, PAYLOAD, Optional.of(new Precondition.Present())),
                    new Point("c", VECTOR, PAYLOAD, VERSION_IS))),
            new ShardWrite.SetPayload(
                STAMP,
                COLLECTION,
                List.of(
                    new PayloadChange("a", PAYLOAD, VERSION_IS),
                    new PayloadChange("b", Payload.EMPTY))),
            ShardWrite.Delete.ofIds(STAMP_UNSEEN, COLLECTION, List.of("a", "b")),
            new ShardWrite.Delete(STAMP_UNSEEN, COLLECTION, List.of(new Deletion("a", VERSION_IS))),
            new ShardWrite.UpdateSettings(STAMP, COLLECTION, 79, SETTINGS),
            new ShardWrite.UpdateSettings(STAMP, COLLECTION, 80, Settings.NONE),
            new ShardWrite.CreateCollection(
                STAMP,
                COLLECTION,
                77,
                "docs",
                new Descriptor(1, Metric.COSINE),
                SETTINGS,
                WRAPPED_KEYS),
            new ShardWrite.DropCollection(STAMP, COLLECTION, 78),
            new ShardWrite.ShredCollection(STAMP, COLLECTION, 79),
            new ShardWrite.HashMark(STAMP_UNSEEN),
            new ShardWrite.SetFeatureLevel(STAMP, 9),
            new ShardWrite.SetOwnership(
                STAMP, 2, List.of(new SlotRange(0, 7), new SlotRange(9, 16_383))))) {
      answers(written, peer -> peer.shard(3).write(write), "write", 3, write);
    }
  }

  @Test
  void everyOutcomeArrivesWhole() {
    var write = new ShardWrite.HashMark(STAMP);
    var applied = new Outcome.Applied(1L << 41, List.of(Outcome.PointResult.values()));
    for (var outcome :
        List.of(
            applied,
            new Outcome.Duplicate(applied),
            new Outcome.Duplicate(new Outcome.Invalid("x")),
            new Outcome.NotFound(),
            new Outcome.AlreadyExists(),
            new Outcome.Invalid("vector: 3 values (expected: 2)"),
            new Outcome.PreconditionFailed(
                List.of(
                    new Outcome.FailedPoint("a", Optional.of(1L << 41)),
                    new Outcome.FailedPoint("b", Optional.empty()))),
            new Outcome.PreconditionFailed(List.of()),
            new Outcome.Expired(POSITION),
            new Outcome.RequestIdReused(),
            new Outcome.StaleEpoch(4),
            new Outcome.WrongShard("a"),
            new Outcome.Superseded())) {
      var written = new Written(outcome, POSITION);
      answers(written, peer -> peer.shard(3).write(write), "write", 3, write);
    }
  }

  @Test
  void deletesByFilterArriveWhole() {
    answers(
        new DeletedMatching(1L << 40, 2, List.of("a", "é"), POSITION),
        peer -> peer.shard(3).deleteMatching(COLLECTION, 9, FILTER),
        "deleteMatching",
        3,
        COLLECTION,
        9L,
        FILTER);
  }

  @Test
  void readsArriveWhole() {
    var point = new StoredPoint("a", VECTOR, PAYLOAD, 12);
    var bare = new StoredPoint("b", VECTOR, Payload.EMPTY, 0);
    answers(
        new ReadResult<>(List.of(Optional.of(point), Optional.<StoredPoint>empty()), POSITION),
        peer -> peer.shard(3).get(COLLECTION, List.of("a", "x")),
        "get",
        3,
        COLLECTION,
        List.of("a", "x"),
        Consistency.LINEARIZABLE);
    answers(
        new ReadResult<>(new ScanPage(List.of(point, bare), true), Position.START),
        peer -> peer.shard(3).scan(COLLECTION, Optional.of("0"), 10, Optional.of(FILTER)),
        "scan",
        3,
        COLLECTION,
        Optional.of("0"),
        10,
        Optional.of(FILTER),
        Consistency.LINEARIZABLE);
    answers(
        new ReadResult<>(7L, POSITION),
        peer -> peer.shard(3).count(COLLECTION, Optional.empty()),
        "count",
        3,
        COLLECTION,
        Optional.empty(),
        Consistency.LINEARIZABLE);
    var query =
        new Query(
            VECTOR,
            10,
            Optional.of(FILTER),
            true,
            false,
            true,
            OptionalInt.of(77),
            Optional.of(-0.5f));
    answers(
        new ReadResult<>(
            List.of(
                new Hit("a", 0.5f, 3, Optional.of(PAYLOAD), Optional.of(VECTOR)),
                new Hit("b", Float.NEGATIVE_INFINITY, 4, Optional.empty(), Optional.empty()),
                new Hit("c", 0, 5, Optional.of(Payload.EMPTY), Optional.empty())),
            POSITION),
        peer -> peer.shard(3).search(COLLECTION, query),
        "search",
        3,
        COLLECTION,
        query,
        Consistency.LINEARIZABLE);
    var plain = new Query(VECTOR, 10, Optional.empty(), false, true);
    answers(
        new ReadResult<>(
            Stream.concat(
                    Stream.of(
                        new SegmentPlan(
                            OptionalLong.empty(), SegmentPlan.Way.EXACT, 1, 2, 3, 4, 5)),
                    Stream.of(SegmentPlan.Way.values())
                        .map(way -> new SegmentPlan(OptionalLong.of(9), way, 1, 2, 3, 4, 5)))
                .toList(),
            POSITION),
        peer -> peer.shard(3).explain(COLLECTION, plain),
        "explain",
        3,
        COLLECTION,
        plain);
  }

  @Test
  void everyFilterArrivesWhole() {
    List<Filter.Value> values =
        List.of(
            new Filter.Value.Text(""),
            new Filter.Value.Whole(Long.MIN_VALUE),
            new Filter.Value.Real(-0.1),
            new Filter.Value.Bool(false));
    var above = Optional.of(new Filter.Bound(new Filter.Value.Whole(1), false));
    var upTo = Optional.of(new Filter.Bound(new Filter.Value.Real(2.5), true));
    var filters = new ArrayList<Filter>();
    values.forEach(value -> filters.add(new Filter.Eq("f", value)));
    filters.add(new Filter.In("f", values));
    filters.add(new Filter.Range("f", above, upTo));
    filters.add(new Filter.Range("f", above, Optional.empty()));
    filters.add(new Filter.Range("f", Optional.empty(), upTo));
    filters.add(new Filter.Exists("f.g"));
    filters.add(new Filter.Or(List.of(new Filter.Not(new Filter.And(List.copyOf(filters))))));
    filters.add(deepest());

    for (var filter : filters) {
      answers(
          new ReadResult<>(0L, POSITION),
          peer -> peer.shard(0).count(COLLECTION, Optional.of(filter)),
          "count",
          0,
          COLLECTION,
          Optional.of(filter),
          Consistency.LINEARIZABLE);
    }
  }

  private static Filter deepest() {
    Filter filter = FILTER;
    while (filter.depth() < Filter.DEPTH_MAX) {
      filter = filter.depth() % 2 == 0 ? new Filter.Not(filter) : new Filter.And(List.of(filter));
    }
    return filter;
  }

  @Test
  void shardKnowsItsNumber() {
    assertThat(peer().shard(3).number()).isEqualTo(3);
  }

  // --- failures

  @Test
  void everyFailureArrivesAsItWas() {
    for (var failure :
        List.of(
            new ShardException.NotLeader("shard 3", Optional.of(NODE)),
            new ShardException.NotLeader("shard 3", Optional.empty()),
            new ShardException.Unavailable("shard 3: starting"),
            new ShardException.Overloaded("shard 3: 64 MiB in flight"),
            new ShardException.OutcomeUnknown("shard 3: leader changed"),
            new ShardException.UnknownCollection(COLLECTION),
            new ShardException.StaleEpoch("shard 3: epoch is 4 now"),
            new ShardException.Failed("shard 3: disk", new IllegalStateException()),
            new IllegalArgumentException("vector: 3 values (expected: 2)"),
            new AnswerTooLargeException())) {
      node.fail(failure);
      var write = ShardWrite.Delete.ofIds(STAMP, COLLECTION, List.of("a"));
      for (var arrived :
          Stream.of(
                  peer().shard(3).write(write),
                  peer().shard(3).deleteMatching(COLLECTION, 1, FILTER),
                  peer().shard(3).get(COLLECTION, List.of("a")),
                  peer().shard(3).scan(COLLECTION, Optional.empty(), 1, Optional.empty()),
                  peer().shard(3).count(COLLECTION, Optional.empty()),
                  peer()
                      .shard(3)
                      .search(COLLECTION, new Query(VECTOR, 1, Optional.empty(), true, true)))
              .map(PeerContract::failureOf)
              .toList()) {
        assertThat(arrived).hasSameClassAs(failure).hasMessage(failure.getMessage());
        if (failure instanceof ShardException.NotLeader expected) {
          assertThat(((ShardException.NotLeader) arrived).leader()).isEqualTo(expected.leader());
        }
      }
    }
  }

  @Test
  void failuresOfOtherCallsArriveAsTheyWere() {
    var failure = new ShardException.Unavailable("node: closing");
    node.fail(failure);

    for (var arrived :
        Stream.of(
                peer().status(),
                peer().claim(),
                peer().claim(CLAIM),
                peer().openGroup(new UUID(1, 2), SHARD),
                peer().currentTerms(Map.of()),
                peer().readIndex(SHARD),
                peer().writeCatalog(new CatalogWrite.DropCollection(STAMP.id(), "docs")),
                peer().transferLeader(SHARD, NODE),
                peer().hashAt(SHARD, POSITION),
                peer().hashAt(CATALOG, POSITION),
                peer().snapshots().open(3),
                peer().snapshots().read(new UUID(1, 2), "x", 3),
                peer().snapshots().close(new UUID(1, 2)),
                peer().snapshots().holdLog(SHARD, 4))
            .map(PeerContract::failureOf)
            .toList()) {
      assertThat(arrived).hasSameClassAs(failure).hasMessage(failure.getMessage());
    }
  }

  @Test
  void groupOfNotLeaderIsTheOneAsked() {
    node.fail(new ShardException.NotLeader(CATALOG.toString(), Optional.of(NODE)));

    var drop = new CatalogWrite.DropCollection(STAMP.id(), "docs");
    assertThat(failureOf(peer().writeCatalog(drop)))
        .hasMessage("catalogue: not its leader (leader: " + NODE + ")");
  }

  // --- what tests are made of

  private <T> void answers(
      T answer, Function<Peer, CompletableFuture<T>> call, Object... expectedCall) {
    node.answer(answer);

    var arrived = call.apply(peer()).join();

    assertThat(arrived).isEqualTo(answer);
    assertThat(node.asked().getLast()).isEqualTo(Arrays.asList(expectedCall));
  }

  private void answersNothing(
      Function<Peer, CompletableFuture<Void>> call, Object... expectedCall) {
    node.answer(null);

    assertThat(call.apply(peer()).join()).isNull();

    assertThat(node.asked().getLast()).isEqualTo(Arrays.asList(expectedCall));
  }

  static Throwable failureOf(CompletableFuture<?> future) {
    try {
      throw new AssertionError("answered: " + future.get());
    } catch (ExecutionException e) {
      return Objects.requireNonNull(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static byte[] wrappedKeysBytes() {
    var bytes = new byte[32];
    for (int index = 0; index < bytes.length; index++) {
      bytes[index] = (byte) (index * 7);
    }
    return bytes;
  }
}
