package io.quiverdb.raft.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.quiverdb.core.Metric;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.VersionRange;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.Seeds;
import io.quiverdb.raft.TestKeyRing;
import io.quiverdb.raft.WrappedKeys;
import io.quiverdb.raft.catalog.ClusterNode.State;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import org.junit.jupiter.api.Test;

/// What the hash of a [CatalogState] tells apart, and what it does not.
final class CatalogHashTest {
  private static final long TERM = 3;

  private CatalogState state = CatalogState.EMPTY;

  @Test
  void stateHashesAlikeWhicheverWayItWasReached() {
    Seeds.forEach(
        20,
        seed -> {
          var random = new Random(new Random(seed).nextLong());
          var applied = CatalogState.EMPTY;
          var restored = CatalogState.EMPTY;
          var ops = randomOps(random);
          for (int index = 0; index < ops.size(); index++) {
            applied = applied.apply(index, ops.get(index), CatalogLevels.CURRENT).state();
            restored = restored.apply(index, ops.get(index), CatalogLevels.CURRENT).state();
            if (random.nextInt(10) == 0) {
              restored = throughACheckpoint(restored);
              assertThat(restored.hash(TERM)).isEqualTo(applied.hash(TERM));
            }
          }
          assertThat(restored.hash(TERM)).isEqualTo(applied.hash(TERM));
          // So much was remembered that some was forgotten again.
          assertThat(applied.toMessage().getRequestsCount()).isBetween(10, 40);
        });
  }

  private static CatalogState throughACheckpoint(CatalogState state) {
    try {
      return CatalogState.fromMessage(
          state.index(),
          io.quiverdb.raft.catalog.proto.CatalogState.parseFrom(state.toMessage().toByteString()));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /// Of few names, so that they meet; each takes much room in the window of requests.
  private static List<CatalogOp> randomOps(Random random) {
    var ops = new ArrayList<CatalogOp>();
    ops.add(CatalogOps.form(claim(), 1));
    for (int i = 1; i < 150; i++) {
      var name = "n" + random.nextInt(4);
      ops.add(
          switch (random.nextInt(4)) {
            case 0, 1 -> large(create(i, name));
            case 2 -> large(drop(i, name));
            default -> randomFinish(random, i);
          });
    }
    return ops;
  }

  private static CatalogOp large(CatalogOp op) {
    return op.toBuilder().setDigest(ByteString.copyFrom(new byte[40_000])).build();
  }

  private static CatalogOp randomFinish(Random random, int index) {
    var finish = CatalogOp.newBuilder();
    finish
        .getFinishCollectionBuilder()
        .setCollectionId(numbered(1 + random.nextInt(20)))
        .setCatalogIndex(numbered(Math.max(1, index - random.nextInt(8))));
    return finish.build();
  }

  @Test
  void everythingThatIsInTheStateCounts() {
    fill();
    var hash = state.hash(TERM);
    int made = 0;
    for (var changed : changed(state.toMessage())) {
      CatalogState other;
      try {
        other =
            CatalogState.fromMessage(
                state.index(), (io.quiverdb.raft.catalog.proto.CatalogState) changed);
      } catch (IllegalArgumentException e) {
        continue; // No catalogue is like that.
      }
      made++;
      assertThat(other.hash(TERM)).as(changed::toString).isNotEqualTo(hash);
    }

    assertThat(made).isGreaterThan(100);
    assertThat(state.hash(TERM + 1)).isNotEqualTo(hash);
    assertThat(state.at(state.index() + 1).hash(TERM)).isNotEqualTo(hash);
  }

  /// The message with one thing changed, for each thing that is in it.
  private static List<Message> changed(Message message) {
    List<Message> all = new ArrayList<>();
    for (var field : message.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        var values = (List<?>) message.getField(field);
        for (int i = 0; i < values.size(); i++) {
          List<Object> fewer = new ArrayList<>(values);
          var value = fewer.remove(i);
          all.add(message.toBuilder().setField(field, fewer).build());
          for (var other : others(field, value)) {
            all.add(message.toBuilder().setRepeatedField(field, i, other).build());
          }
        }
      } else if (!field.hasPresence() || message.hasField(field)) {
        for (var other : others(field, message.getField(field))) {
          all.add(message.toBuilder().setField(field, other).build());
        }
      }
    }
    return all;
  }

  private static List<?> others(FieldDescriptor field, Object value) {
    return switch (field.getJavaType()) {
      case INT -> List.of((int) value + 1);
      case LONG -> List.of((long) value + 1);
      case BOOLEAN -> List.of(!(boolean) value);
      case STRING -> List.of(value + "x");
      case BYTE_STRING -> List.of(other((ByteString) value));
      case ENUM ->
          List.of(
              field
                  .getEnumType()
                  .findValueByNumber(((EnumValueDescriptor) value).getNumber() == 1 ? 2 : 1));
      case MESSAGE -> changed((Message) value);
      case FLOAT, DOUBLE -> throw new AssertionError(field);
    };
  }

  /// As long, unless it is empty.
  private static ByteString other(ByteString bytes) {
    if (bytes.isEmpty()) {
      return ByteString.copyFrom(new byte[1]);
    }
    var other = bytes.toByteArray();
    other[other.length - 1] ^= 1;
    return ByteString.copyFrom(other);
  }

  /// A map's entries are encoded in any order.
  @Test
  void stateHasNoMaps() {
    var seen = new HashSet<Descriptor>();
    requireNoMaps(io.quiverdb.raft.catalog.proto.CatalogState.getDescriptor(), seen);

    assertThat(seen).hasSizeGreaterThan(10);
  }

  private static void requireNoMaps(Descriptor type, Set<Descriptor> seen) {
    if (!seen.add(type)) {
      return;
    }
    for (var field : type.getFields()) {
      assertThat(field.isMapField()).as(field.getFullName()).isFalse();
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        requireNoMaps(field.getMessageType(), seen);
      }
    }
  }

  /// Replicas of the next release have to agree with those of this one.
  @Test
  void hashIsTheSameOnEveryJvmAndInEveryRelease() {
    apply(CatalogOps.form(claim(), 1));
    apply(create(1, "docs").toBuilder().setDigest(ByteString.copyFrom(new byte[16])).build());

    assertThat(state.hash(TERM)).hasToString("eedcacbcfcd12d1c958ab165f1cc2db9");
  }

  /// With something in every part of it.
  private void fill() {
    apply(CatalogOps.form(claim(), 1));
    apply(CatalogOps.addNode(new CatalogWrite.AddNode(id(1), node(4), VersionRange.FIRST), mac()));
    apply(CatalogOps.addNode(new CatalogWrite.AddNode(id(2), node(5), VersionRange.FIRST), mac()));
    apply(setState(3, 5, State.REMOVING));
    apply(setState(4, 3, State.DRAINING));
    apply(move(5, 1, 2, 4));
    apply(CatalogOps.endMove(new ShardGroup(1), numbered(state.index())));
    apply(move(6, 0, 1, 4));
    apply(CatalogOps.rebalance(new CatalogWrite.Rebalance(id(7)), mac()));
    apply(createKey(8, "0000000000000001"));
    apply(createKey(9, "0000000000000002"));
    apply(create(10, "active"));
    apply(CatalogOps.finish(state.collections().getFirst()));
    apply(create(11, "creating"));
    apply(create(12, "shredded"));
    apply(CatalogOps.beginShred(new CatalogWrite.ShredCollection(id(13), "shredded"), mac()));
    apply(drop(14, "absent"));
    assertThat(state.toMessage().getRequestsCount()).isEqualTo(14);
    var membership = state.view().orElseThrow().membership();
    assertThat(membership.removed()).hasSize(1);
    assertThat(membership.rebalancing()).isPresent();
    assertThat(membership.placement(new ShardGroup(0)).move()).isPresent();
    assertThat(membership.placement(new ShardGroup(1)).changedIndex()).isPositive();
    assertThat(state.shreddings()).hasSize(1);
  }

  private void apply(CatalogOp op) {
    var applied = state.apply(state.index() + 1, op, CatalogLevels.CURRENT);
    assertThat(applied.answer().hasInvalid()).as(applied.answer().toString()).isFalse();
    state = applied.state();
  }

  private static CatalogOp setState(int request, int node, State wanted) {
    return CatalogOps.setNodeState(
        new CatalogWrite.SetNodeState(id(request), node(node).id(), wanted), mac());
  }

  private static CatalogOp move(int request, int shard, int from, int to) {
    return CatalogOps.moveReplica(
        new CatalogWrite.MoveReplica(id(request), shard, node(from).id(), node(to).id()), 0, mac());
  }

  private static CatalogOp createKey(int request, String id) {
    var key =
        new StoredApiKey(
            id,
            "name of " + id,
            ByteString.copyFrom(new byte[16]),
            ByteString.copyFrom(new byte[32]),
            Instant.ofEpochMilli(5));
    return CatalogOps.createApiKey(new CatalogWrite.CreateApiKey(id(request), key), mac());
  }

  private static CatalogOp create(int request, String name) {
    var settings =
        new Settings(
            List.of(
                new FilterableField("year", FilterableField.Type.NUMERIC),
                new FilterableField("author", FilterableField.Type.KEYWORD)));
    return CatalogOps.beginCreate(
        new CatalogWrite.CreateCollection(
            id(request), name, new io.quiverdb.core.Descriptor(3, Metric.DOT), settings),
        new WrappedKeys(ByteString.copyFrom(new byte[32])),
        mac());
  }

  private static CatalogOp drop(int request, String name) {
    return CatalogOps.beginDrop(new CatalogWrite.DropCollection(id(request), name), mac());
  }

  private static Mac mac() {
    return TestKeyRing.INSTANCE.catalogRequestMac();
  }

  private static RequestId id(int request) {
    return new RequestId(new UUID(0, request));
  }

  private static long numbered(long counter) {
    return CatalogState.numbered(claim().epoch(), counter);
  }

  private static Member node(int number) {
    return new Member(
        new NodeId(new UUID(0, number)),
        new NodeAddresses("client" + number, "peer" + number, "raft" + number));
  }

  /// Of a cluster that was recovered once.
  private static Claim claim() {
    return new Claim(
        new UUID(0, 7),
        IntStream.rangeClosed(1, 3).mapToObj(CatalogHashTest::node).toList(),
        3,
        2,
        4 << 20,
        Optional.empty(),
        2,
        new UUID(0, 6));
  }
}
