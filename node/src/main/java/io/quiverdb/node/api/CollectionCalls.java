package io.quiverdb.node.api;

import io.quiverdb.api.v1.Collection;
import io.quiverdb.api.v1.CompactCollectionRequest;
import io.quiverdb.api.v1.CompactCollectionResponse;
import io.quiverdb.api.v1.CreateCollectionRequest;
import io.quiverdb.api.v1.DropCollectionRequest;
import io.quiverdb.api.v1.DropCollectionResponse;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ErrorDetail;
import io.quiverdb.api.v1.GetCollectionRequest;
import io.quiverdb.api.v1.GetShredStatusRequest;
import io.quiverdb.api.v1.ListCollectionsRequest;
import io.quiverdb.api.v1.ListCollectionsResponse;
import io.quiverdb.api.v1.ShredCollectionRequest;
import io.quiverdb.api.v1.ShredStatus;
import io.quiverdb.api.v1.UpdateSettingsRequest;
import io.quiverdb.api.v1.VerifyCollectionRequest;
import io.quiverdb.api.v1.VerifyCollectionResponse;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings;
import io.quiverdb.node.routing.Compaction;
import io.quiverdb.node.routing.Deadline;
import io.quiverdb.node.routing.Erasure;
import io.quiverdb.node.routing.FileCheck;
import io.quiverdb.node.routing.RoutingException.DeadlineExceeded;
import io.quiverdb.node.routing.RoutingException.UnknownCollection;
import io.quiverdb.node.routing.ShardRouter;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.CatalogView;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.catalog.CollectionInfo;
import io.quiverdb.raft.catalog.SettingsChange;
import io.quiverdb.raft.catalog.Shredding;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Answers the service of collections.
final class CollectionCalls {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}");

  private final ShardRouter router;
  private final FileCheck files;
  private final Compaction compaction;
  private final Erasure erasure;
  private final Limits limits;
  private final Supplier<UUID> ids;

  /// @param ids draws request ids for those who bring none
  CollectionCalls(
      ShardRouter router,
      FileCheck files,
      Compaction compaction,
      Erasure erasure,
      Limits limits,
      Supplier<UUID> ids) {
    this.router = router;
    this.files = files;
    this.compaction = compaction;
    this.erasure = erasure;
    this.limits = limits;
    this.ids = ids;
  }

  Collection create(CreateCollectionRequest request, Deadline deadline) {
    if (!NAME.matcher(request.getName()).matches()) {
      throw new IllegalArgumentException(
          "name: \"%s\" (expected: 1 to 128 ASCII letters, digits, '_', '-' and '.', no '.' first)"
              .formatted(request.getName()));
    }
    var write =
        new CatalogWrite.CreateCollection(
            requestId(request.getRequestId()),
            request.getName(),
            Messages.descriptor(request.getDimension(), request.getMetric(), limits),
            new Settings(
                Messages.filterableFields(request.getFilterableFieldsList()),
                Messages.ef(request.hasEf(), request.getEf())));
    return switch (write(write, deadline)) {
      case CatalogWritten.Created(var collection) -> Messages.collection(collection);
      case CatalogWritten.AlreadyExists _ ->
          throw new ApiException(
              ErrorMapping.detail(
                  ErrorCode.ALREADY_EXISTS,
                  "name: \"" + request.getName() + "\" exists (expected: an unused name)"));
      case CatalogWritten.RequestIdReused _ -> throw reused();
      case CatalogWritten.Updated _,
          CatalogWritten.Dropped _,
          CatalogWritten.Shredded _,
          CatalogWritten.Changed _,
          CatalogWritten.NotFound _,
          CatalogWritten.ApiKeyCreated _,
          CatalogWritten.ApiKeyRevoked _ ->
          throw new AssertionError("no answer to a create");
    };
  }

  Collection get(GetCollectionRequest request, Deadline deadline) {
    var view = deadline.await("catalogue", router.catalog().barrier());
    return view.collection(request.getName())
        .map(Messages::collection)
        .orElseThrow(() -> new UnknownCollection(request.getName()));
  }

  ListCollectionsResponse list(ListCollectionsRequest request, Deadline deadline) {
    var view = deadline.await("catalogue", router.catalog().barrier());
    var response = ListCollectionsResponse.newBuilder();
    view.collections().stream()
        .sorted(Comparator.comparing(CollectionInfo::name))
        .forEach(info -> response.addCollections(Messages.collection(info)));
    return response.build();
  }

  Collection update(UpdateSettingsRequest request, Deadline deadline) {
    var write =
        new CatalogWrite.UpdateSettings(
            requestId(request.getRequestId()),
            request.getName(),
            new SettingsChange(
                Messages.filterableFields(request.getAddList()),
                request.getDropList(),
                Messages.ef(request.hasEf(), request.getEf())));
    return switch (write(write, deadline)) {
      case CatalogWritten.Updated(var collection) -> Messages.collection(collection);
      case CatalogWritten.NotFound _ -> throw new UnknownCollection(request.getName());
      case CatalogWritten.RequestIdReused _ -> throw reused();
      case CatalogWritten.Created _,
          CatalogWritten.Dropped _,
          CatalogWritten.Shredded _,
          CatalogWritten.Changed _,
          CatalogWritten.AlreadyExists _,
          CatalogWritten.ApiKeyCreated _,
          CatalogWritten.ApiKeyRevoked _ ->
          throw new AssertionError("no answer to an update");
    };
  }

  DropCollectionResponse drop(DropCollectionRequest request, Deadline deadline) {
    var write =
        new CatalogWrite.DropCollection(requestId(request.getRequestId()), request.getName());
    return switch (write(write, deadline)) {
      case CatalogWritten.Dropped _ -> DropCollectionResponse.getDefaultInstance();
      case CatalogWritten.NotFound _ -> throw new UnknownCollection(request.getName());
      case CatalogWritten.RequestIdReused _ -> throw reused();
      case CatalogWritten.Created _,
          CatalogWritten.Updated _,
          CatalogWritten.Shredded _,
          CatalogWritten.Changed _,
          CatalogWritten.AlreadyExists _,
          CatalogWritten.ApiKeyCreated _,
          CatalogWritten.ApiKeyRevoked _ ->
          throw new AssertionError("no answer to a drop");
    };
  }

  ShredStatus shred(ShredCollectionRequest request, Deadline deadline) {
    var write =
        new CatalogWrite.ShredCollection(requestId(request.getRequestId()), request.getName());
    return switch (write(write, deadline)) {
      case CatalogWritten.Shredded(var id) ->
          // One that was forgotten was complete long ago.
          status(
              view ->
                  view.shreddings().stream()
                      .filter(one -> one.collectionId() == id)
                      .findFirst()
                      .or(() -> Optional.of(new Shredding(id, request.getName(), 0, true))),
              request.getName(),
              deadline);
      case CatalogWritten.NotFound _ -> throw new UnknownCollection(request.getName());
      case CatalogWritten.RequestIdReused _ -> throw reused();
      case CatalogWritten.Created _,
          CatalogWritten.Updated _,
          CatalogWritten.Dropped _,
          CatalogWritten.Changed _,
          CatalogWritten.AlreadyExists _,
          CatalogWritten.ApiKeyCreated _,
          CatalogWritten.ApiKeyRevoked _ ->
          throw new AssertionError("no answer to a shred");
    };
  }

  ShredStatus shredStatus(GetShredStatusRequest request, Deadline deadline) {
    return status(view -> view.shredding(request.getName()), request.getName(), deadline);
  }

  private ShredStatus status(
      Function<CatalogView, Optional<Shredding>> which, String name, Deadline deadline) {
    var view = deadline.await("catalogue", router.catalog().barrier());
    var shredding = which.apply(view).orElseThrow(() -> new UnknownCollection(name));
    return ErasureMessages.status(shredding, erasure.of(shredding, view, deadline));
  }

  CompactCollectionResponse compact(CompactCollectionRequest request, Deadline deadline) {
    var view = deadline.await("catalogue", router.catalog().barrier());
    var collection = require(view, request.getName());
    var begun = compaction.begin(collection.id(), view.shards(), deadline);
    return CompactionMessages.response(begun);
  }

  private static CollectionInfo require(CatalogView view, String name) {
    return view.collection(name).orElseThrow(() -> new UnknownCollection(name));
  }

  VerifyCollectionResponse verify(VerifyCollectionRequest request, Deadline deadline) {
    var view = deadline.await("catalogue", router.catalog().barrier());
    var collection = require(view, request.getName());
    var checked = files.run(collection.id(), view.shards(), deadline);
    return VerificationMessages.response(checked);
  }

  private CatalogWritten write(CatalogWrite write, Deadline deadline) {
    try {
      return deadline.await("catalogue", router.catalog().write(write));
    } catch (DeadlineExceeded e) {
      throw unknown(
          ErrorMapping.detail(
              ErrorCode.OUTCOME_UNKNOWN,
              "catalogue: no answer in time; the change may still be made"),
          write);
    } catch (ShardException.OutcomeUnknown e) {
      throw unknown(ErrorMapping.detailOf(e), write);
    }
  }

  private static ApiException unknown(ErrorDetail detail, CatalogWrite write) {
    return new ApiException(
        detail.toBuilder().setRequestId(write.requestId().uuid().toString()).build());
  }

  private RequestId requestId(String text) {
    return Messages.requestId(text).orElseGet(() -> new RequestId(ids.get()));
  }

  private static ApiException reused() {
    return new ApiException(ErrorMapping.detailOf(new Outcome.RequestIdReused(), ""));
  }
}
