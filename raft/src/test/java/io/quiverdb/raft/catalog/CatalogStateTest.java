package io.quiverdb.raft.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.FeatureLevelException;
import io.quiverdb.core.Metric;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.UnknownOpException;
import io.quiverdb.core.VersionRange;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.Seeds;
import io.quiverdb.raft.TestKeyRing;
import io.quiverdb.raft.WrappedKeys;
import io.quiverdb.raft.catalog.CatalogWrite.CreateCollection;
import io.quiverdb.raft.catalog.CatalogWrite.DropCollection;
import io.quiverdb.raft.catalog.CollectionInfo.State;
import io.quiverdb.raft.catalog.proto.CatalogAnswer;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import io.quiverdb.raft.catalog.proto.CatalogOp.KindCase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CatalogStateTest {
  private static final Claim CLAIM = claim(1);
  private static final FilterableField YEAR =
      new FilterableField("year", FilterableField.Type.NUMERIC);
  private static final long EPOCH_BITS = 1L << 48;

  private CatalogState state = CatalogState.EMPTY;
  private long index = -1;
  private CatalogLevels levels = CatalogLevels.CURRENT;

  @Test
  void theFirstOperationFormsTheClusterAndNoOtherChangesIt() {
    assertThat(state.view()).isEmpty();
    assertThat(apply(create(1, "a")).hasNotFormed()).isTrue();

    assertThat(apply(CatalogOps.form(CLAIM, 1)).hasFormed()).isTrue();
    assertThat(apply(CatalogOps.form(CLAIM, 1)).hasFormed()).isTrue();
    assertThat(apply(CatalogOps.form(claim(2), 1)).getFormedOtherwise())
        .isEqualTo(CatalogMessages.toBytes(CLAIM.clusterId()));

    assertThat(state.view().orElseThrow().clusterId()).isEqualTo(CLAIM.clusterId());
    assertThat(state.view().orElseThrow().shards()).hasSize(CLAIM.shards());
  }

  @Test
  void createIsFinishedInItsSecondStep() {
    form();

    var created = apply(create(1, "a")).getCreated();
    assertThat(collection("a").state()).isEqualTo(State.CREATING);
    apply(CatalogOps.finish(collection("a")));

    assertThat(collection("a").state()).isEqualTo(State.ACTIVE);
    assertThat(collection("a").id()).isEqualTo(created.getId()).isEqualTo(EPOCH_BITS + 1);
    assertThat(collection("a").catalogIndex()).isEqualTo(EPOCH_BITS + 1);
  }

  private CatalogOp createKey(int request, String id) {
    var key =
        new StoredApiKey(
            id,
            "name of " + id,
            ByteString.copyFrom(new byte[16]),
            ByteString.copyFrom(new byte[32]),
            Instant.ofEpochMilli(5));
    return CatalogOps.createApiKey(new CatalogWrite.CreateApiKey(id(request), key), mac());
  }

  private CatalogOp revokeKey(int request, String id) {
    return CatalogOps.revokeApiKey(new CatalogWrite.RevokeApiKey(id(request), id), mac());
  }

  @Test
  void keysAreCreatedAndRevokedAndTheLastOneStays() {
    String first = "0000000000000001";
    String second = "0000000000000002";
    assertThat(apply(createKey(1, first)).hasNotFormed()).isTrue();
    form();

    assertThat(apply(createKey(1, first)).hasApiKeyCreated()).isTrue();
    assertThat(apply(revokeKey(2, first)).getInvalid())
        .isEqualTo(
            "id: 0000000000000001, the last API key (expected: one of several; make another"
                + " first)");
    assertThat(apply(createKey(3, second)).hasApiKeyCreated()).isTrue();
    assertThat(state.view().orElseThrow().apiKeys())
        .extracting(StoredApiKey::id)
        .containsExactly(first, second);
    assertThat(state.toMessage().getApiKeysList())
        .extracting(message -> CatalogMessages.fromMessage(message))
        .containsExactlyElementsOf(state.view().orElseThrow().apiKeys());

    assertThat(apply(revokeKey(4, first)).hasApiKeyRevoked()).isTrue();
    assertThat(apply(revokeKey(4, first)).hasApiKeyRevoked()).isTrue();
    assertThat(apply(revokeKey(5, first)).hasNotFound()).isTrue();
    assertThat(state.view().orElseThrow().apiKey(first)).isEmpty();
    assertThat(state.view().orElseThrow().apiKey(second)).isPresent();
  }

  @Test
  void droppedNameIsFreeOnlyWhenItIsGoneAndThenUnderANewId() {
    form();
    apply(create(1, "a"));
    apply(CatalogOps.finish(collection("a")));
    long firstId = collection("a").id();

    apply(drop(2, "a"));
    assertThat(apply(create(3, "a")).getBeingDropped().getId()).isEqualTo(firstId);
    assertThat(apply(drop(4, "a")).hasBeingDropped()).isTrue();
    apply(CatalogOps.finish(collection("a")));

    // The same request as before: it had not been settled.
    assertThat(apply(create(3, "a")).getCreated().getId()).isGreaterThan(firstId);
    assertThat(apply(drop(4, "a")).getDropped().getId()).isGreaterThan(firstId);
  }

  @Test
  void settingsAreUpdatedInTwoSteps() {
    form();
    apply(create(1, "a"));
    apply(CatalogOps.finish(collection("a")));

    var updated = apply(update(2, "a", List.of(YEAR), List.of("author.name"))).getUpdated();
    assertThat(collection("a").state()).isEqualTo(State.UPDATING);
    assertThat(collection("a").isServed()).isTrue();
    assertThat(updated.getCatalogIndex()).isEqualTo(EPOCH_BITS + index);
    apply(CatalogOps.finish(collection("a")));

    assertThat(collection("a").state()).isEqualTo(State.ACTIVE);
    assertThat(collection("a").settings()).isEqualTo(new Settings(List.of(YEAR)));
    assertThat(collection("a").catalogIndex()).isEqualTo(updated.getCatalogIndex());
  }

  @Test
  void efIsSetKeptAndTakenBack() {
    form();
    apply(create(1, "a"));
    apply(CatalogOps.finish(collection("a")));

    assertThat(apply(update(2, "a", ef(10_001))).getInvalid())
        .isEqualTo("ef: 10001 (expected: 1 to 10000)");
    apply(update(3, "a", ef(200)));
    apply(CatalogOps.finish(collection("a")));
    apply(update(4, "a", List.of(YEAR), List.of()));
    apply(CatalogOps.finish(collection("a")));
    assertThat(collection("a").settings().ef()).hasValue(200);

    apply(update(5, "a", ef(0)));
    assertThat(collection("a").settings().ef()).isEmpty();
    assertThat(collection("a").settings().filterableFields()).contains(YEAR);
  }

  private static SettingsChange ef(int ef) {
    return new SettingsChange(List.of(), List.of(), OptionalInt.of(ef));
  }

  @Test
  void updateWaitsForTheChangeBeforeIt() {
    form();
    apply(create(1, "a"));
    assertThat(apply(update(2, "a", List.of(YEAR), List.of())).hasBeingChanged()).isTrue();
    apply(CatalogOps.finish(collection("a")));

    // The same request as before: it had not been settled.
    assertThat(apply(update(2, "a", List.of(YEAR), List.of())).hasUpdated()).isTrue();
    assertThat(apply(update(3, "a", List.of(), List.of("year"))).hasBeingChanged()).isTrue();
    apply(drop(4, "a"));
    assertThat(apply(update(3, "a", List.of(), List.of("year"))).hasBeingDropped()).isTrue();
    apply(CatalogOps.finish(collection("a")));
    assertThat(apply(update(3, "a", List.of(), List.of("year"))).hasNotFound()).isTrue();
  }

  @Test
  void updateThatMakesNoSenseChangesNothing() {
    form();
    apply(create(1, "a"));
    apply(CatalogOps.finish(collection("a")));
    var before = collection("a");
    var otherType = new FilterableField("author.name", FilterableField.Type.NUMERIC);

    assertThat(apply(update(2, "a", List.of(otherType), List.of())).getInvalid())
        .isEqualTo("filterable field: author.name twice (expected: once)");
    assertThat(apply(update(3, "a", List.of(), List.of("year"))).getInvalid())
        .isEqualTo("filterable field: \"year\" (expected: one that is declared)");
    assertThat(apply(update(4, "a", List.of(), List.of())).getInvalid())
        .isEqualTo("settings: no change (expected: a field to add or to drop, or ef)");
    assertThat(collection("a")).isEqualTo(before);

    assertThat(apply(update(5, "a", List.of(otherType), List.of("author.name"))).hasUpdated())
        .isTrue();
    assertThat(collection("a").settings()).isEqualTo(new Settings(List.of(otherType)));
  }

  @Test
  void finishOfAnOvertakenChangeChangesNothing() {
    form();
    apply(create(1, "a"));
    var creating = collection("a");
    apply(drop(2, "a"));

    assertThat(apply(CatalogOps.finish(creating)).hasFinished()).isTrue();

    assertThat(collection("a").state()).isEqualTo(State.DROPPING);
  }

  @Test
  void shreddingTakesTheKeysAtOnceAndFreesTheNameWhenTheShardsAreDone() {
    form();
    long id = apply(create(1, "a")).getCreated().getId();
    apply(CatalogOps.finish(collection("a")));

    assertThat(apply(shred(2, "a")).getShredded().getId()).isEqualTo(id);

    var shredding = collection("a");
    assertThat(shredding.state()).isEqualTo(State.SHREDDING);
    assertThat(shredding.wrappedKeys()).isEqualTo(WrappedKeys.NONE);
    assertThat(contains(state.toMessage().toByteString(), key(1).bytes())).isFalse();
    assertThat(apply(create(3, "a")).getBeingDropped().getId()).isEqualTo(id);
    assertThat(apply(drop(4, "a")).getBeingDropped().getId()).isEqualTo(id);
    assertThat(apply(CatalogOps.endShred(id)).hasFinished()).isTrue();
    assertThat(shredding("a").complete()).isFalse();
    apply(CatalogOps.finish(shredding));
    assertThat(state.collections()).isEmpty();
    assertThat(shredding("a").complete()).isFalse();
    apply(CatalogOps.endShred(id));
    assertThat(shredding("a").complete()).isTrue();
    assertThat(apply(create(5, "a")).getCreated().getId()).isNotEqualTo(id);
    assertThat(shredding("a").collectionId()).isEqualTo(id);
  }

  @Test
  void shreddingOvertakesADropAndAnOvertakenDropEndsNothing() {
    form();
    apply(create(1, "a"));
    apply(drop(2, "a"));
    var dropping = collection("a");

    assertThat(apply(shred(3, "a")).hasShredded()).isTrue();
    apply(CatalogOps.finish(dropping));

    assertThat(collection("a").state()).isEqualTo(State.SHREDDING);
    assertThat(apply(shred(3, "a")).getShredded().getId()).isEqualTo(dropping.id());
    assertThat(apply(shred(9, "nothing")).hasNotFound()).isTrue();
  }

  @Test
  void keysAreInNoAnswerThatIsRemembered() {
    form();
    apply(create(1, "a"));
    apply(CatalogOps.finish(collection("a")));
    apply(update(2, "a", List.of(), List.of()));
    apply(drop(3, "a"));
    apply(CatalogOps.finish(collection("a")));

    assertThat(contains(state.toMessage().toByteString(), key(1).bytes())).isFalse();
  }

  @Test
  void checkpointGoesOnAsTheStateItWasTakenOf() {
    form();
    apply(create(1, "a"));
    apply(create(2, "b"));
    apply(shred(3, "b"));

    var restored = CatalogState.fromMessage(index, state.toMessage());

    assertThat(restored.toMessage()).isEqualTo(state.toMessage());
    assertThat(restored.remembered(CatalogMessages.toBytes(id(3).uuid()))).isPresent();
    var next = create(4, "c");
    assertThat(restored.apply(index + 1, next, CatalogLevels.CURRENT).state().toMessage())
        .isEqualTo(state.apply(index + 1, next, CatalogLevels.CURRENT).state().toMessage());
    assertThat(CatalogState.fromMessage(-1, CatalogState.EMPTY.toMessage()).view()).isEmpty();
  }

  private Shredding shredding(String name) {
    return state.view().orElseThrow().shredding(name).orElseThrow();
  }

  private static boolean contains(ByteString bytes, ByteString part) {
    for (int at = 0; at + part.size() <= bytes.size(); at++) {
      if (bytes.substring(at, at + part.size()).equals(part)) {
        return true;
      }
    }
    return false;
  }

  private static CatalogOp shred(int request, String name) {
    return CatalogOps.beginShred(new CatalogWrite.ShredCollection(id(request), name), mac());
  }

  @Test
  void anotherRequestFindsTheNameTaken() {
    form();
    long id = apply(create(1, "a")).getCreated().getId();

    assertThat(apply(create(2, "a")).getAlreadyExists().getId()).isEqualTo(id);
    apply(CatalogOps.finish(collection("a")));
    assertThat(apply(create(3, "a")).getAlreadyExists().getId()).isEqualTo(id);
  }

  @Test
  void repeatedRequestGetsItsFirstAnswerWhateverHappenedSince() {
    form();
    long id = apply(create(1, "a")).getCreated().getId();
    assertThat(apply(drop(9, "b")).hasNotFound()).isTrue();
    apply(drop(2, "a"));
    apply(CatalogOps.finish(collection("a")));
    apply(create(3, "a"));
    apply(create(4, "b"));

    assertThat(apply(create(1, "a")).getCreated().getId()).isEqualTo(id);
    assertThat(apply(drop(2, "a")).getDropped().getId()).isEqualTo(id);
    assertThat(apply(drop(9, "b")).hasNotFound()).isTrue();
    assertThat(collection("a").state()).isEqualTo(State.CREATING);
    assertThat(collection("b").state()).isEqualTo(State.CREATING);
  }

  @Test
  void requestIdOfAnotherRequestIsRefused() {
    form();
    apply(create(1, "a"));

    assertThat(apply(create(1, "b")).hasRequestIdReused()).isTrue();
    assertThat(apply(drop(1, "a")).hasRequestIdReused()).isTrue();

    assertThat(collection("a").state()).isEqualTo(State.CREATING);
  }

  @Test
  void repetitionWithOtherKeysIsTheSameRequest() {
    form();
    var write = new CreateCollection(id(1), "a", descriptor(), Settings.NONE);
    apply(CatalogOps.beginCreate(write, key(1), mac()));

    var answer = apply(CatalogOps.beginCreate(write, key(2), mac()));

    assertThat(answer.hasCreated()).isTrue();
    assertThat(collection("a").wrappedKeys()).isEqualTo(key(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "A-1_b.c", "-", "0"})
  void validNames(String name) {
    form();

    assertThat(apply(create(1, name)).hasCreated()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".a", "a b", "ä", "a/b", "a\n"})
  void invalidNames(String name) {
    assertThatThrownBy(() -> create(1, name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("collection name: \"" + name + "\" (expected: 1 to 128");
  }

  @Test
  void nameHas128CharactersAtMost() {
    form();

    assertThat(apply(create(1, "n".repeat(128))).hasCreated()).isTrue();
    assertThatThrownBy(() -> create(2, "n".repeat(129)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void applyChecksAgainWhatWasCheckedBefore() {
    form();
    var op = create(1, "a").toBuilder();

    op.getBeginCreateCollectionBuilder().setName(".a");
    assertThat(apply(op.build()).getInvalid()).contains("collection name");
    op.setRequestId(CatalogMessages.toBytes(id(2).uuid()));
    op.getBeginCreateCollectionBuilder()
        .setName("a")
        .getCollectionDescriptorBuilder()
        .setDimension(0);
    assertThat(apply(op.build()).getInvalid()).contains("dimension");
  }

  @Test
  void unknownOperationStopsTheReplica() {
    form();

    assertStops(CatalogOp.getDefaultInstance(), "an operation of a kind");
  }

  /// A later version would take it: an answer of "invalid" here would make this replica differ.
  @Test
  void unknownValueOrFieldStopsTheReplica() {
    form();
    var create = create(1, "a").toBuilder();
    create.getBeginCreateCollectionBuilder().getCollectionDescriptorBuilder().setMetricValue(99);
    assertStops(create.build(), "a metric 99");

    var update = update(2, "a", List.of(YEAR), List.of()).toBuilder();
    update.getBeginUpdateSettingsBuilder().getAddedFieldsBuilder(0).setTypeValue(99);
    assertStops(update.build(), "a type 99");

    var later = create(3, "a").toBuilder();
    later
        .getBeginCreateCollectionBuilder()
        .getSettingsBuilder()
        .setUnknownFields(
            UnknownFieldSet.newBuilder()
                .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build());
    assertStops(later.build(), "CollectionSettings with fields [99]");

    assertThat(state.collections()).isEmpty();
    assertThat(apply(create(1, "a")).hasCreated()).isTrue();
  }

  private void assertStops(CatalogOp op, String what) {
    long next = index + 1;
    assertThatThrownBy(() -> state.apply(next, op, levels))
        .isInstanceOf(UnknownOpException.class)
        .hasMessage(
            "catalogue entry %d: %s that this version does not know (expected: a known one)"
                .formatted(next, what));
  }

  // --- feature levels

  @Test
  void levelRisesWhereEveryNodeOfNowHasReportedItAndNeverFalls() {
    levels = new CatalogLevels(new VersionRange(1, 3), Map.of());
    form();
    assertThat(level()).isEqualTo(1);

    assertThat(apply(raise(1, 2, 1, 2)).getInvalid())
        .isEqualTo(
            "feature level: 2, not reported to be supported by [%s] (expected: by every node)"
                .formatted(new NodeId(new UUID(0, 3))));
    assertThat(level()).isEqualTo(1);
    assertThat(apply(raise(2, 2, 1, 2, 3)).hasChanged()).isTrue();
    assertThat(apply(raise(2, 2, 1, 2, 3)).hasChanged()).isTrue();
    assertThat(apply(raise(3, 2, 1, 2, 3, 4)).hasChanged()).isTrue();
    assertThat(apply(raise(4, 1, 1, 2, 3)).getInvalid())
        .isEqualTo("feature level: 1 (expected: at least 2, the cluster's; it never falls)");
    assertThat(level()).isEqualTo(2);

    assertThat(
            CatalogState.fromMessage(index, state.toMessage()).view().orElseThrow().featureLevel())
        .isEqualTo(2);
    assertThat(CatalogState.view(state.toCopy()).featureLevel()).isEqualTo(2);
  }

  @Test
  void nodeThatDoesNotSupportTheLevelOrDoesNotSayJoinsNothing() {
    levels = new CatalogLevels(new VersionRange(1, 3), Map.of());
    form();
    apply(raise(1, 2, 1, 2, 3));

    assertThat(apply(join(2, 1, 1)).getInvalid())
        .isEqualTo(
            "node %s: feature levels 1 to 1 (expected: 2 among them, the cluster's)"
                .formatted(new NodeId(new UUID(0, 4))));
    assertThat(apply(join(3, 3, 3)).hasInvalid()).isTrue();
    assertThat(apply(join(4, 0, 0)).hasInvalid()).isTrue();
    assertThat(state.view().orElseThrow().members()).hasSize(3);
    assertThat(apply(join(5, 2, 3)).hasChanged()).isTrue();
    // It was not asked.
    assertThat(apply(raise(6, 3, 1, 2, 3)).hasInvalid()).isTrue();
    assertThat(apply(raise(7, 3, 1, 2, 3, 4)).hasChanged()).isTrue();
  }

  @Test
  void replicaStopsAtALevelThatItDoesNotSupport() {
    assertThatThrownBy(() -> apply(CatalogOps.form(CLAIM, 2)))
        .isInstanceOf(FeatureLevelException.class)
        .hasMessage("catalogue entry 0: feature level 2 (supported: 1)");
    form();
    long next = index + 1;
    assertThatThrownBy(() -> apply(raise(1, 2, 1, 2, 3)))
        .isInstanceOf(FeatureLevelException.class)
        .hasMessage("catalogue entry %d: feature level 2 (supported: 1)".formatted(next));
    assertThat(level()).isEqualTo(1);
  }

  @Test
  void operationOfALevelThatIsNotInForceStopsTheReplica() {
    levels = new CatalogLevels(new VersionRange(1, 2), Map.of(KindCase.BEGIN_DROP_COLLECTION, 2));
    form();
    long next = index + 1;

    assertThatThrownBy(() -> apply(drop(1, "a")))
        .isInstanceOf(FeatureLevelException.class)
        .hasMessage(
            "catalogue entry %d, BEGIN_DROP_COLLECTION: not of feature level 1, which is in force"
                    .formatted(next)
                + " (supported: 1 to 2)");
    apply(raise(2, 2, 1, 2, 3));
    assertThat(apply(drop(3, "a")).hasNotFound()).isTrue();
  }

  @Test
  void clusterIsNotFormedWithoutALevel() {
    assertThat(apply(CatalogOps.form(CLAIM, 0)).getInvalid())
        .isEqualTo("catalogue: feature level 0 (expected: at least 1)");
    assertThat(state.view()).isEmpty();
  }

  private int level() {
    return state.view().orElseThrow().featureLevel();
  }

  private static CatalogOp raise(int request, int level, int... nodes) {
    return CatalogOps.raiseFeatureLevel(
        new CatalogWrite.RaiseFeatureLevel(id(request), level),
        IntStream.of(nodes).mapToObj(n -> new NodeId(new UUID(0, n))).toList(),
        mac());
  }

  private static CatalogOp join(int request, int lowest, int highest) {
    var node = new Member(new NodeId(new UUID(0, 4)), new NodeAddresses("c4", "p4", "r4"));
    var op =
        CatalogOps.addNode(new CatalogWrite.AddNode(id(request), node, VersionRange.FIRST), mac())
            .toBuilder();
    op.getAddNodeBuilder().setLowestFeatureLevel(lowest).setHighestFeatureLevel(highest);
    return op.build();
  }

  @Test
  void windowForgetsTheOldestButNotWhatIsUnderWay() {
    form();
    long underWay = apply(create(1, "under-way")).getCreated().getId();
    apply(create(2, "done"));
    apply(CatalogOps.finish(collection("done")));

    int requests = 3;
    while (state.remembered(CatalogMessages.toBytes(id(2).uuid())).isPresent()) {
      apply(drop(requests++, "absent"));
    }

    assertThat(requests).isGreaterThan(1_000);
    assertThat(apply(create(1, "under-way")).getCreated().getId()).isEqualTo(underWay);
    assertThat(apply(create(2, "done")).hasAlreadyExists()).isTrue();
  }

  @Test
  void sameOperationsGiveTheSameState() {
    Seeds.forEach(
        200,
        seed -> {
          var ops = randomOps(new Random(new Random(seed).nextLong()));

          var one = CatalogState.EMPTY;
          var other = CatalogState.EMPTY;
          for (int i = 0; i < ops.size(); i++) {
            var first = one.apply(i, ops.get(i), levels);
            var second = other.apply(i, ops.get(i), levels);
            assertThat(second.answer()).isEqualTo(first.answer());
            one = first.state();
            other = second.state();
          }

          assertThat(other.toMessage().toByteString()).isEqualTo(one.toMessage().toByteString());
        });
  }

  /// Of few names, ids and requests, so that they meet; some of them mangled.
  private static List<CatalogOp> randomOps(Random random) {
    var ops = new ArrayList<CatalogOp>();
    ops.add(CatalogOps.form(CLAIM, 1));
    for (int i = 1; i < 100; i++) {
      var op =
          switch (random.nextInt(4)) {
            case 0 -> create(random.nextInt(20), random.nextBoolean() ? "a" : "b");
            case 1 -> drop(random.nextInt(20), random.nextBoolean() ? "a" : "b");
            case 2 ->
                update(
                    random.nextInt(20),
                    random.nextBoolean() ? "a" : "b",
                    random.nextBoolean() ? List.of(YEAR) : List.of(),
                    random.nextBoolean() ? List.of("year") : List.of());
            default -> randomFinish(random, i);
          };
      ops.add(random.nextInt(10) == 0 ? mangled(op, random) : op);
    }
    return ops;
  }

  private static CatalogOp randomFinish(Random random, int index) {
    var finish = CatalogOp.newBuilder();
    finish
        .getFinishCollectionBuilder()
        .setCollectionId(EPOCH_BITS + 1 + random.nextInt(5))
        .setCatalogIndex(EPOCH_BITS + Math.max(1, index - random.nextInt(8)));
    return finish.build();
  }

  private static CatalogOp mangled(CatalogOp op, Random random) {
    var mangled = op.toBuilder();
    switch (random.nextInt(3)) {
      case 0 -> mangled.clearRequestId();
      case 1 -> mangled.setDigest(ByteString.copyFromUtf8("another"));
      default -> {
        if (op.hasBeginCreateCollection()) {
          mangled.getBeginCreateCollectionBuilder().clearWrappedKeys().clearCollectionDescriptor();
        }
      }
    }
    return mangled.build();
  }

  private void form() {
    apply(CatalogOps.form(CLAIM, 1));
  }

  private CatalogAnswer apply(CatalogOp op) {
    var applied = state.apply(++index, op, levels);
    state = applied.state();
    return applied.answer();
  }

  private CollectionInfo collection(String name) {
    return state.view().orElseThrow().collection(name).orElseThrow();
  }

  private static CatalogOp create(int request, String name) {
    var settings =
        new Settings(List.of(new FilterableField("author.name", FilterableField.Type.KEYWORD)));
    return CatalogOps.beginCreate(
        new CreateCollection(id(request), name, descriptor(), settings), key(request), mac());
  }

  private static CatalogOp update(
      int request, String name, List<FilterableField> added, List<String> dropped) {
    return update(request, name, new SettingsChange(added, dropped, OptionalInt.empty()));
  }

  private static CatalogOp update(int request, String name, SettingsChange change) {
    return CatalogOps.beginUpdate(
        new CatalogWrite.UpdateSettings(id(request), name, change), mac());
  }

  private static CatalogOp drop(int request, String name) {
    return CatalogOps.beginDrop(new DropCollection(id(request), name), mac());
  }

  private static Mac mac() {
    return TestKeyRing.INSTANCE.catalogRequestMac();
  }

  private static Descriptor descriptor() {
    return new Descriptor(3, Metric.DOT);
  }

  private static RequestId id(int request) {
    return new RequestId(new UUID(0, request));
  }

  private static WrappedKeys key(int seed) {
    var bytes = new byte[32];
    new Random(seed).nextBytes(bytes);
    return new WrappedKeys(ByteString.copyFrom(bytes));
  }

  private static Claim claim(int clusterId) {
    var members =
        List.of(1, 2, 3).stream()
            .map(n -> new Member(new NodeId(new UUID(0, n)), new NodeAddresses("c", "p", "r")))
            .toList();
    return new Claim(new UUID(0, clusterId), members, 3, 3, 4 << 20, Optional.empty());
  }
}
