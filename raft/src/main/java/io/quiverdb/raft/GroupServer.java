package io.quiverdb.raft;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.raft.ReplicatedState.TermIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.util.ExitUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's replicas of its groups, and the one Ratis server that has them open.
///
/// Whatever makes, opens, closes or removes a replica comes in here and is done one after the
/// other: this object's lock is the one that all classes rely on that it hands the work to. What
/// only asks takes no lock.
final class GroupServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GroupServer.class);

  private final GroupServerOptions options;
  private final ExecutorService submitter = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService events =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("group-events").factory());
  private final GroupDirectories directories;
  private final NodeWatermarks watermarks;
  private final LocalReplicas replicas;
  private final Floors floors;
  private final ReplicaNotes notes;
  private final StateMachines machines;
  private final Remains remains;
  private final ReplicaLogs logs;
  private final Divisions divisions;
  private final Opening opening;
  private final ReplicaOrders orders;
  private final Reopening reopening;
  private final CheckpointInstall checkpoints;
  private final GroupTicks ticks;
  private volatile boolean closed;

  /// Starts with the groups that are on the disk.
  ///
  /// @param known the groups that may be there
  /// @throws CorruptFileException if the disk holds a group that is not known
  GroupServer(GroupServerOptions options, Map<RaftGroupId, GroupKey> known) throws IOException {
    this.options = options;
    directories = new GroupDirectories(options.dataDirectory());
    var properties =
        RatisSettings.of(
            directories.raft(),
            options.bindHost(),
            options.port(),
            options.timing(),
            options.sizes());
    RatisSettings.requireSafe(properties);
    Files.createDirectories(directories.raft());
    watermarks = new NodeWatermarks(options.dataDirectory(), options.sealing());
    replicas = new LocalReplicas(new Quarantine(directories.data(), directories.raft()));
    floors = new Floors(this::committedHere);
    notes = new ReplicaNotes(directories.data(), floors);
    machines = new StateMachines(options, directories, replicas, floors, events);
    remains = new Remains(directories, options.stores(), notes);
    logs = new ReplicaLogs(directories, watermarks, replicas);
    var restoring =
        new Restoring(
            directories,
            notes,
            watermarks,
            replicas,
            machines,
            options.states(),
            options.stores(),
            options.outOfService());
    var found = found(known, restoring);
    divisions = divisions(properties);
    opening = new Opening(options, machines, divisions, replicas, restoring, submitter);
    orders =
        new ReplicaOrders(
            directories,
            options.stores(),
            notes,
            watermarks,
            floors,
            machines,
            replicas,
            remains,
            divisions,
            opening);
    reopening = new Reopening(notes, replicas, restoring, divisions, opening);
    checkpoints =
        new CheckpointInstall(
            directories, notes, replicas, logs, divisions, opening, options.onFatal());
    ticks =
        new GroupTicks(
            replicas, watermarks, floors, this::floorReached, options.onFatal(), submitter);
    start(found);
    ticks.start();
  }

  /// As far as Ratis knows, and what it learns by the next heartbeat.
  private long committedHere(RaftGroupId id) {
    long told = machines.find(id).map(it -> it.leaderTerms().committed()).orElse(-1L);
    return Math.max(told, Math.max(watermarks.of(id), replicas.committedHere(id)));
  }

  /// What the disk has, put in order and ready to be opened by Ratis.
  private Map<RaftGroupId, GroupKey> found(Map<RaftGroupId, GroupKey> known, Restoring restoring)
      throws IOException {
    var atStart =
        new GroupsAtStart(
            known, options.named(), directories, notes, watermarks, replicas, remains, restoring);
    var found = atStart.settle();
    Divisions.requireFree(options.bindHost(), options.port());
    Divisions.keepRatisFromExiting();
    try {
      atStart.restore(found);
    } catch (IOException | RuntimeException e) {
      watermarks.close();
      throw e;
    }
    return found;
  }

  private Divisions divisions(RaftProperties properties) throws IOException {
    try {
      return new Divisions(options.self(), options.tls(), properties, machines, floors);
    } catch (IOException | RuntimeException e) {
      watermarks.close();
      throw e;
    }
  }

  /// A failed start leaves threads running, so it is undone.
  private void start(Map<RaftGroupId, GroupKey> found) throws IOException {
    try {
      divisions.start();
      for (var group : found.entrySet()) {
        var _ = opening.opened(group.getKey(), group.getValue());
      }
    } catch (ExitUtils.ExitException e) {
      close();
      throw new IOException(
          "raft address %s:%d: cannot be listened on".formatted(options.bindHost(), options.port()),
          e);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  // --- made and removed

  /// Opens this node's replica of a new group ([ReplicaOrders#open]).
  ///
  /// @param opened takes the replica before it can be removed again
  synchronized void open(
      RaftGroupId id, GroupKey key, List<RaftPeer> members, Consumer<Replica> opened)
      throws IOException {
    requireNotClosing(key);
    orders.open(id, key, members, opened);
  }

  /// Opens an empty replica for a move ([ReplicaOrders#openFor]).
  ///
  /// @param opened takes the replica before it can be removed again
  synchronized void openFor(
      RaftGroupId id,
      GroupKey key,
      CatalogOrder order,
      long moveIndex,
      long floor,
      Consumer<Replica> opened)
      throws IOException {
    requireNotClosing(key);
    orders.openFor(id, key, order, moveIndex, floor, opened);
  }

  /// Closes a replica for good, and deletes all but its vote ([ReplicaOrders#remove]).
  synchronized void remove(
      RaftGroupId id, GroupKey key, CatalogOrder order, UUID incarnation, Runnable closing)
      throws IOException {
    requireNotClosing(key);
    orders.remove(id, key, order, incarnation, closing);
  }

  private void requireNotClosing(GroupKey key) {
    if (closed) {
      throw new ShardException.Unavailable(key + ": closing");
    }
  }

  // --- opened again

  /// Puts a checkpoint from another member in charge of a replica ([CheckpointInstall#reopen]).
  synchronized boolean reopen(
      GroupKey key,
      TermIndex place,
      Optional<LogEntryProto> configuration,
      boolean damaged,
      CheckpointInstall.Installation install)
      throws IOException {
    requireNotClosing(key);
    return checkpoints.reopen(key, place, configuration, damaged, install);
  }

  /// Opens a replica whose store could not be opened, with a checkpoint of another member
  /// ([CheckpointInstall#openWith]).
  ///
  /// @param opened takes the replica before it can be removed again
  synchronized void openWith(
      GroupKey key,
      TermIndex place,
      Optional<LogEntryProto> configuration,
      CheckpointInstall.Installation install,
      Consumer<Replica> opened)
      throws IOException {
    requireNotClosing(key);
    checkpoints.openWith(key, place, configuration, install, opened);
  }

  /// Opens a replica again that has failed, or that Ratis has closed ([Reopening#openAgain]).
  synchronized boolean openAgain(Replica replica, Runnable reset) throws IOException {
    return !closed && reopening.openAgain(replica, reset);
  }

  /// Closes a replica until [#goOn] ([Reopening#stop]).
  synchronized void stop(Replica replica, String why) throws IOException {
    if (!closed) {
      reopening.stop(replica, why);
    }
  }

  /// Opens a replica that was stopped ([Reopening#goOn]).
  synchronized void goOn(Replica replica) throws IOException {
    if (!closed) {
      reopening.goOn(replica);
    }
  }

  /// A replica that is made anew has what an earlier one may have acknowledged.
  private synchronized void floorReached(RaftGroupId id) {
    try {
      if (!closed && notes.floorReached(id)) {
        divisions.candidacy().pastReached(id);
        log.info("replica has what an earlier one had here, it votes group={}", id);
      }
    } catch (IOException e) {
      log.error("replica's note not written group={}", id, e);
      options.onFatal().accept(e);
    }
  }

  // --- asked

  Optional<Replica> replica(GroupKey key) {
    return replicas.of(key);
  }

  Collection<Replica> replicas() {
    return replicas.open();
  }

  Incarnation incarnation(Replica replica) {
    return notes.incarnation(replica.groupId());
  }

  /// The last configuration of its group that this replica has applied: committed, and kept by
  /// Ratis beside the log.
  Optional<LogEntryProto> configuration(Replica replica) throws IOException {
    return GroupDirectory.configuration(directories.of(replica.groupId()));
  }

  ReplicaLogs logs() {
    return logs;
  }

  /// The replicas that are here and cannot be opened.
  Quarantine quarantine() {
    return replicas.quarantine();
  }

  /// The groups whose votes on this node were lost, whether anything is left of its replicas or
  /// not.
  Set<GroupKey> lostVotes() {
    return replicas.lostVotes();
  }

  /// Shards whose log and vote are sound, and whose store cannot be opened.
  Set<GroupKey> unopened() {
    return replicas.unopened();
  }

  /// Of a replica that is not open.
  Incarnation incarnationUnopened(GroupKey key) {
    return replicas.unopened(key).map(notes::incarnation).orElse(Incarnation.NONE);
  }

  /// Replicas whose opening failed: there are files of them, and nobody may ask for them again.
  Map<GroupKey, Incarnation> unfinished() {
    return replicas.unfinished();
  }

  /// Replicas of which something is left that could not be deleted yet. Whoever gave the order to
  /// remove them finds them here, and gives it again.
  Map<GroupKey, Incarnation> removing() {
    return remains.incarnations();
  }

  boolean alive() {
    return divisions.alive();
  }

  /// Whether its replicas are being closed, all of them, for the node ends.
  boolean isClosing() {
    return closed;
  }

  /// Tells Ratis of a durable checkpoint, and Ratis deletes the log that this one holds.
  void publishCheckpoint(Replica replica) {
    divisions.publishCheckpoint(replica);
  }

  /// Does not hand leadership over.
  @Override
  public synchronized void close() {
    closed = true;
    ticks.close();
    replicas.open().stream()
        .filter(
            replica -> replica.state() instanceof StoreState state && state.damage().isPresent())
        .forEach(replica -> replica.machine().stopApplying());
    try {
      watermarks.mark(replicas.open());
    } catch (IOException | RuntimeException e) {
      log.warn("last watermarks not written", e);
    }
    try {
      divisions.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      watermarks.close();
      machines.close();
      submitter.shutdown();
      events.shutdown();
    }
  }
}
