package io.quiverdb.raft.catalog;

import com.google.protobuf.ByteString;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.crypto.WrappedCatalogKey;
import io.quiverdb.core.op.CollectionDescriptor;
import io.quiverdb.core.op.CollectionSettings;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.WrappedKeys;
import io.quiverdb.raft.catalog.proto.ApiKey;
import io.quiverdb.raft.catalog.proto.BeginUpdateSettings;
import io.quiverdb.raft.catalog.proto.ClusterClaim;
import io.quiverdb.raft.catalog.proto.ClusterMember;
import io.quiverdb.raft.catalog.proto.Collection;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/// Turns what the catalogue holds into messages and back. What makes no sense is an
/// [IllegalArgumentException].
public final class CatalogMessages {
  private static final int CLAIM_FORMAT_VERSION = 1;

  /// An epoch takes 16 bits of a number.
  private static final int EPOCH_MAX = (1 << 16) - 1;

  private static final int UUID_BYTES = 2 * Long.BYTES;

  private CatalogMessages() {}

  /// Without the catalogue key, but with its check value.
  public static ClusterClaim toMessage(Claim claim) {
    var message =
        ClusterClaim.newBuilder()
            .setFormatVersion(CLAIM_FORMAT_VERSION)
            .setClusterId(toBytes(claim.clusterId()))
            .setShards(claim.shards())
            .setReplicationFactor(claim.replicationFactor())
            .setEntryBytesMax(claim.entryBytesMax())
            .setCatalogKeyCheck(
                claim.catalogKey().map(WrappedCatalogKey::check).orElse(ByteString.EMPTY));
    claim.members().forEach(member -> message.addMembers(toMessage(member)));
    if (claim.epoch() > Claim.FIRST_EPOCH) {
      message
          .setRecoveries((int) (claim.epoch() - Claim.FIRST_EPOCH))
          .setFoundingId(toBytes(claim.foundingId()));
    }
    return message.build();
  }

  static ClusterMember toMessage(Member member) {
    return ClusterMember.newBuilder()
        .setNodeId(toBytes(member.id().uuid()))
        .setClientAddress(member.addresses().client())
        .setPeerAddress(member.addresses().peer())
        .setRaftAddress(member.addresses().raft())
        .build();
  }

  static Member fromMessage(ClusterMember message) {
    return new Member(
        new NodeId(toUuid(message.getNodeId())),
        new NodeAddresses(
            message.getClientAddress(), message.getPeerAddress(), message.getRaftAddress()));
  }

  public static Claim fromMessage(ClusterClaim message) {
    if (message.getFormatVersion() != CLAIM_FORMAT_VERSION) {
      throw new IllegalArgumentException(
          "claim: format version %d (expected: %d)"
              .formatted(message.getFormatVersion(), CLAIM_FORMAT_VERSION));
    }
    var members = message.getMembersList().stream().map(CatalogMessages::fromMessage).toList();
    var claim =
        new Claim(
            toUuid(message.getClusterId()),
            members,
            message.getShards(),
            message.getReplicationFactor(),
            message.getEntryBytesMax(),
            Optional.of(message.getCatalogKeyCheck())
                .filter(check -> !check.isEmpty())
                .map(WrappedCatalogKey::ofCheck),
            Claim.FIRST_EPOCH + message.getRecoveries(),
            toUuid(
                message.getRecoveries() == 0 ? message.getClusterId() : message.getFoundingId()));
    checkShape(claim);
    return claim;
  }

  private static void checkShape(Claim claim) {
    if (claim.members().isEmpty()) {
      throw new IllegalArgumentException("claim: no members (expected: 1 or more)");
    }
    requireWithin("claim: shards", claim.shards(), ShardMap.SHARDS_MAX);
    requireWithin("claim: replication factor", claim.replicationFactor(), claim.members().size());
    requireWithin("claim: largest entry", claim.entryBytesMax(), Integer.MAX_VALUE);
    requireWithin("claim: epoch", (int) claim.epoch(), EPOCH_MAX);
  }

  private static void requireWithin(String what, int actual, int max) {
    if (actual < 1 || actual > max) {
      throw new IllegalArgumentException("%s: %d (expected: 1 to %d)".formatted(what, actual, max));
    }
  }

  static Collection toMessage(CollectionInfo collection) {
    return Collection.newBuilder()
        .setId(collection.id())
        .setName(collection.name())
        .setCollectionDescriptor(toMessage(collection.descriptor()))
        .setSettings(toMessage(collection.settings()))
        .setWrappedKeys(collection.wrappedKeys().bytes())
        .setState(
            switch (collection.state()) {
              case CREATING -> Collection.State.CREATING;
              case ACTIVE -> Collection.State.ACTIVE;
              case DROPPING -> Collection.State.DROPPING;
              case UPDATING -> Collection.State.UPDATING;
              case ORPHANED -> Collection.State.ORPHANED;
              case SHREDDING -> Collection.State.SHREDDING;
            })
        .setCatalogIndex(collection.catalogIndex())
        .build();
  }

  static CollectionInfo fromMessage(Collection message) {
    return new CollectionInfo(
        message.getId(),
        message.getName(),
        fromMessage(message.getCollectionDescriptor()),
        fromMessage(message.getSettings()),
        new WrappedKeys(message.getWrappedKeys()),
        switch (message.getState()) {
          case CREATING -> CollectionInfo.State.CREATING;
          case ACTIVE -> CollectionInfo.State.ACTIVE;
          case DROPPING -> CollectionInfo.State.DROPPING;
          case UPDATING -> CollectionInfo.State.UPDATING;
          case SHREDDING -> CollectionInfo.State.SHREDDING;
          case ORPHANED -> CollectionInfo.State.ORPHANED;
          case STATE_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException(
                  "collection state: " + message.getStateValue() + " (expected: a known one)");
        },
        message.getCatalogIndex());
  }

  static io.quiverdb.raft.catalog.proto.Shredding toMessage(Shredding shredding) {
    return io.quiverdb.raft.catalog.proto.Shredding.newBuilder()
        .setCollectionId(shredding.collectionId())
        .setName(shredding.name())
        .setCatalogIndex(shredding.catalogIndex())
        .setComplete(shredding.complete())
        .build();
  }

  static Shredding fromMessage(io.quiverdb.raft.catalog.proto.Shredding message) {
    return new Shredding(
        message.getCollectionId(),
        message.getName(),
        message.getCatalogIndex(),
        message.getComplete());
  }

  static ApiKey toMessage(StoredApiKey key) {
    return ApiKey.newBuilder()
        .setId(key.id())
        .setName(key.name())
        .setSalt(key.salt())
        .setHash(key.hash())
        .setCreatedAtMillis(key.created().toEpochMilli())
        .build();
  }

  static StoredApiKey fromMessage(ApiKey message) {
    return new StoredApiKey(
        message.getId(),
        message.getName(),
        message.getSalt(),
        message.getHash(),
        Instant.ofEpochMilli(message.getCreatedAtMillis()));
  }

  static CollectionDescriptor toMessage(Descriptor descriptor) {
    return CollectionDescriptor.newBuilder()
        .setDimension(descriptor.dimension())
        .setMetric(
            switch (descriptor.metric()) {
              case L2_SQUARED -> CollectionDescriptor.Metric.L2_SQUARED;
              case COSINE -> CollectionDescriptor.Metric.COSINE;
              case DOT -> CollectionDescriptor.Metric.DOT;
            })
        .build();
  }

  static Descriptor fromMessage(CollectionDescriptor message) {
    return new Descriptor(
        message.getDimension(),
        switch (message.getMetric()) {
          case L2_SQUARED -> Metric.L2_SQUARED;
          case COSINE -> Metric.COSINE;
          case DOT -> Metric.DOT;
          case METRIC_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException(
                  "metric: " + message.getMetricValue() + " (expected: 1 to 3)");
        });
  }

  static CollectionSettings toMessage(Settings settings) {
    var message =
        CollectionSettings.newBuilder()
            .addAllFilterableFields(toMessages(settings.filterableFields()));
    settings.ef().ifPresent(message::setEf);
    return message.build();
  }

  static BeginUpdateSettings toMessage(String name, SettingsChange change) {
    var message =
        BeginUpdateSettings.newBuilder()
            .setName(name)
            .addAllAddedFields(toMessages(change.added()))
            .addAllDroppedFields(change.dropped());
    change.ef().ifPresent(message::setEf);
    return message.build();
  }

  private static List<CollectionSettings.FilterableField> toMessages(List<FilterableField> fields) {
    return fields.stream().map(CatalogMessages::toMessage).toList();
  }

  private static CollectionSettings.FilterableField toMessage(FilterableField field) {
    return CollectionSettings.FilterableField.newBuilder()
        .setPath(field.path())
        .setType(
            switch (field.type()) {
              case KEYWORD -> CollectionSettings.FilterableField.Type.KEYWORD;
              case NUMERIC -> CollectionSettings.FilterableField.Type.NUMERIC;
            })
        .build();
  }

  static Settings fromMessage(CollectionSettings message) {
    return new Settings(
        fromMessages(message.getFilterableFieldsList()), ef(message.hasEf(), message.getEf()));
  }

  private static OptionalInt ef(boolean isThere, int ef) {
    return isThere ? OptionalInt.of(ef) : OptionalInt.empty();
  }

  static SettingsChange fromMessage(BeginUpdateSettings message) {
    return new SettingsChange(
        fromMessages(message.getAddedFieldsList()),
        message.getDroppedFieldsList(),
        ef(message.hasEf(), message.getEf()));
  }

  private static List<FilterableField> fromMessages(
      List<CollectionSettings.FilterableField> messages) {
    return messages.stream().map(CatalogMessages::fromMessage).toList();
  }

  private static FilterableField fromMessage(CollectionSettings.FilterableField message) {
    return new FilterableField(
        message.getPath(),
        switch (message.getType()) {
          case KEYWORD -> FilterableField.Type.KEYWORD;
          case NUMERIC -> FilterableField.Type.NUMERIC;
          case TYPE_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException(
                  "field type: " + message.getTypeValue() + " (expected: 1 or 2)");
        });
  }

  static ByteString toBytes(UUID uuid) {
    var bytes = ByteBuffer.allocate(UUID_BYTES);
    bytes.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits()).flip();
    return ByteString.copyFrom(bytes);
  }

  static UUID toUuid(ByteString bytes) {
    if (bytes.size() != UUID_BYTES) {
      throw new IllegalArgumentException(
          "id: %d bytes (expected: %d)".formatted(bytes.size(), UUID_BYTES));
    }
    var buffer = bytes.asReadOnlyByteBuffer();
    return new UUID(buffer.getLong(), buffer.getLong());
  }
}
