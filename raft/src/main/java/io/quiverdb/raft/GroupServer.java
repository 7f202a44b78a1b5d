package io.quiverdb.raft;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.StoreException;
import io.quiverdb.raft.ReplicaNotes.Addition;
import io.quiverdb.raft.ReplicatedState.TermIndex;
import io.quiverdb.raft.log.CoveredLog;
import io.quiverdb.raft.log.LogGuard;
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
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.util.ExitUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one Ratis server of a node, and this node's replicas of its groups.
final class GroupServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GroupServer.class);

  /// By which the watermarks may be behind.
  private static final int MARKS_MILLIS = 100;

  private final GroupServerOptions options;
  private final GroupDirectories directories;
  private final StateMachines machines;
  private final LocalReplicas replicas;

  private final Floors floors = new Floors(this::committedHere);
  private final ReplicaNotes notes;
  private final NodeWatermarks watermarks;
  private final AtomicBoolean notingFloors = new AtomicBoolean();

  private final Remains remains;
  private final Restoring restoring;

  private final ExecutorService submitter = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService events =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("group-events").factory());
  private final ScheduledExecutorService ticks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("group-ticks").factory());
  private final Divisions divisions;
  private volatile boolean closed;

  /// Puts a checkpoint in charge of what a group replicates.
  interface Installation {
    void run() throws IOException;
  }

  /// Starts with the groups that are on the disk.
  ///
  /// @param known the groups that may be there
  /// @throws CorruptFileException if the disk holds a group that is not known
  GroupServer(GroupServerOptions options, Map<RaftGroupId, GroupKey> known) throws IOException {
    this.options = options;
    this.directories = new GroupDirectories(options.dataDirectory());
    var properties =
        RatisSettings.of(
            directories.raft(),
            options.bindHost(),
            options.port(),
            options.timing(),
            options.sizes());
    RatisSettings.requireSafe(properties);
    Files.createDirectories(directories.raft());
    this.watermarks = new NodeWatermarks(options.dataDirectory(), options.sealing());
    this.notes = new ReplicaNotes(options.dataDirectory(), floors);
    this.replicas = new LocalReplicas(new Quarantine(directories.data(), directories.raft()));
    this.machines = new StateMachines(options, directories, replicas, floors, events);
    this.remains = new Remains(directories, options.stores(), notes);
    this.restoring =
        new Restoring(
            directories,
            notes,
            watermarks,
            replicas,
            machines,
            options.states(),
            options.stores(),
            options.outOfService());
    var found = found(known);
    divisions = new Divisions(options.self(), options.tls(), properties, machines, floors);
    start(found);
    var _ = ticks.scheduleWithFixedDelay(this::tick, 250, 250, TimeUnit.MILLISECONDS);
    var _ =
        ticks.scheduleWithFixedDelay(
            this::markTick, MARKS_MILLIS, MARKS_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// Off the ticking thread: opening a replica holds the lock for long.
  private void noteFloorsReached() {
    if (floors.toBeNoted().findAny().isPresent() && notingFloors.compareAndSet(false, true)) {
      var _ =
          Thread.startVirtualThread(
              () -> {
                try {
                  floors.toBeNoted().toList().forEach(this::noteFloorReached);
                } finally {
                  notingFloors.set(false);
                }
              });
    }
  }

  private synchronized void noteFloorReached(RaftGroupId id) {
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

  private long committedHere(RaftGroupId id) {
    long marked = watermarks.of(id);
    return Math.max(marked, replicas.committedHere(id));
  }

  /// What the disk has, put in order and ready to be opened by Ratis.
  private Map<RaftGroupId, GroupKey> found(Map<RaftGroupId, GroupKey> known) throws IOException {
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

  private void markTick() {
    try {
      watermarks.mark(replicas.open());
    } catch (IOException | RuntimeException e) {
      // Without them, what has rotted would be taken for torn.
      log.error("watermarks not written", e);
      submitter.execute(() -> options.onFatal().accept(e));
      throw new IllegalStateException("watermarks: not written any more", e);
    }
  }

  private void tick() {
    noteFloorsReached();
    for (Replica replica : replicas.open()) {
      try {
        replica.pushAlong();
      } catch (RuntimeException e) {
        log.warn("filler failed group={}", replica.key(), e);
      }
    }
  }

  /// A failed start leaves threads running, so it is undone.
  private void start(Map<RaftGroupId, GroupKey> found) throws IOException {
    try {
      divisions.start();
      for (var group : found.entrySet()) {
        host(group.getKey(), group.getValue());
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

  private Replica host(RaftGroupId id, GroupKey key) throws IOException {
    var replica =
        new Replica(
            key,
            options.self(),
            divisions.proposer(),
            divisions.server(),
            divisions.of(id),
            machines.of(id),
            options.barrier(),
            submitter,
            options.nanoClock(),
            options.metrics());
    replicas.opened(replica);
    divisions.candidacy().opened(id);
    return replica;
  }

  /// Opens this node's replica of a new group; one that is open already stays as it is.
  ///
  /// @param members this node among them
  /// @param opened takes the replica before it can be removed again
  synchronized void open(
      RaftGroupId id, GroupKey key, List<RaftPeer> members, Consumer<Replica> opened)
      throws IOException {
    var note = notes.read(id);
    if (note.filter(found -> found.state() != ReplicaNote.State.OPEN).isPresent()) {
      throw new ShardException.Unavailable(
          key
              + (note.get().state() == ReplicaNote.State.QUARANTINED
                  ? ": is quarantined here (expected: taken out of its group first)"
                  : ": was removed here (expected: opened for a move that adds it)"));
    }
    opened.accept(open(id, key, members, CatalogOrder.NONE, Addition.AS_FORMED));
  }

  private Replica open(
      RaftGroupId id, GroupKey key, List<RaftPeer> members, CatalogOrder order, Addition addition)
      throws IOException {
    requireNotClosing(key);
    var existing = replicas.of(key);
    if (existing.isPresent()) {
      return existing.get();
    }
    if (replicas.unopened(key).isPresent()) {
      throw new ShardException.Unavailable(key + ": its store cannot be opened");
    }
    watermarks.begin();
    if (!directories.has(id)) {
      // What an earlier replica has left says nothing of this one.
      watermarks.forget(id);
      options.stores().delete(key);
    }
    directories.create(id, members);
    notes.open(id, order, addition);
    try {
      var replica = openWithRatis(id, key, members);
      replicas.openingEnded(key);
      log.info("group opened group={} members={}", key, members.size());
      return replica;
    } catch (IOException | RuntimeException e) {
      replicas.openingFailed(key, notes.incarnation(id));
      throw e;
    }
  }

  private void requireNotClosing(GroupKey key) {
    if (closed) {
      throw new ShardException.Unavailable(key + ": closing");
    }
  }

  private Replica openWithRatis(RaftGroupId id, GroupKey key, List<RaftPeer> members)
      throws IOException {
    var machine = machines.make(id, key, options.states().apply(key));
    try {
      divisions.open(id, key, members);
    } catch (IOException | RuntimeException e) {
      // Ratis has closed it, or may yet: the next attempt gets one of its own.
      machines.drop(id);
      machine.close();
      throw e;
    }
    return host(id, key);
  }

  // --- by order of the catalogue

  /// Opens an empty replica for a move that adds it to its group; one that was opened for it is
  /// fine.
  ///
  /// @param moveIndex 0 for a node that has been a member for long: then any replica is fine, and
  ///   one that was removed is not made anew, for it has forgotten what it acknowledged
  /// @param opened takes the replica before it can be removed again
  /// @throws ShardException.Unavailable if the order is older than one that was obeyed, or a
  ///   replica that was made for another move is here
  synchronized void openFor(
      RaftGroupId id,
      GroupKey key,
      CatalogOrder order,
      long moveIndex,
      long floor,
      Consumer<Replica> opened)
      throws IOException {
    requireNotClosing(key);
    var note = notes.obey(id, key, order);
    if (remains.has(key)) {
      remains.delete(id, key, note.orElseThrow());
      note = notes.read(id);
    }
    if (note.isPresent()) {
      requireFor(key, note.get(), moveIndex);
      notes.obeyed(id, note.get(), order);
    }
    // With no members: until the group's leader makes it one, it does not stand for election.
    boolean wasHere = note.filter(found -> found.state() == ReplicaNote.State.REMOVED).isPresent();
    opened.accept(
        open(
            id,
            key,
            List.of(),
            order,
            new Addition(moveIndex, wasHere ? floor : ReplicaNote.NO_FLOOR)));
  }

  private static void requireFor(GroupKey key, ReplicaNote note, long moveIndex) {
    if (note.isVoteLost()) {
      throw new ShardException.Unavailable(
          key + ": its vote on this node was lost (expected: a node with another id)");
    }
    boolean isOpen = note.state() == ReplicaNote.State.OPEN;
    boolean fits =
        moveIndex == 0
            ? isOpen
            : isOpen
                ? note.incarnation().moveIndex() == moveIndex
                : note.state() == ReplicaNote.State.REMOVED;
    if (!fits) {
      throw new ShardException.Unavailable(
          "%s: a replica of move %d, %s, is here (expected: one of move %d, or none)"
              .formatted(key, note.incarnation().moveIndex(), note.state(), moveIndex));
    }
  }

  /// Closes this node's replica of a group for good, and deletes all that it stores but its vote.
  /// Does nothing if there is none.
  ///
  /// @param closing before it is closed
  /// @throws ShardException.Unavailable if the order is older than one that was obeyed, or another
  ///   incarnation is here
  synchronized void remove(
      RaftGroupId id, GroupKey key, CatalogOrder order, UUID incarnation, Runnable closing)
      throws IOException {
    requireNotClosing(key);
    var found = notes.obey(id, key, order);
    if (found.isEmpty() || found.get().state() == ReplicaNote.State.REMOVED) {
      return;
    }
    var note = found.get();
    if (!note.incarnation().id().equals(incarnation)) {
      throw new ShardException.Unavailable(
          "%s: incarnation %s is here (expected: %s)"
              .formatted(key, note.incarnation().id(), incarnation));
    }
    var removing = note.in(ReplicaNote.State.REMOVING, order);
    notes.write(id, removing);
    closing.run();
    var replica = replicas.of(key);
    if (replica.isPresent()) {
      // What it applies is thrown away; and one that fails while it is closed is never closed.
      replica.get().machine().stopApplying();
      replica.get().beginReopening();
      // An earlier attempt to remove it may have got that far.
      if (divisions.has(id)) {
        divisions.close(id, key);
      }
    }
    // From here on nothing opens it again, whatever fails.
    remains.add(key, removing);
    replicas.forget(key);
    machines.drop(id);
    floors.forget(id);
    try {
      remains.delete(id, key, removing);
    } catch (IOException e) {
      log.warn("replica not removed yet group={} cause=\"{}\"", key, e.toString());
      throw e;
    }
  }

  Incarnation incarnation(Replica replica) {
    return notes.incarnation(replica.groupId());
  }

  /// The last configuration of its group that this replica has applied: committed, and kept by
  /// Ratis beside the log.
  Optional<LogEntryProto> configuration(Replica replica) throws IOException {
    return GroupDirectory.configuration(directories.of(replica.groupId()));
  }

  // --- opened again

  /// Puts a checkpoint from another member in charge of this node's replica: closes it, and opens
  /// it again. Does not, if what the replica has is sound and as far, or the checkpoint does not
  /// reach its log.
  ///
  /// Looked at when nothing moves any more: until then the log grows, and what was acknowledged
  /// must be in the log or the checkpoint that it is opened with.
  ///
  /// @param place of the last entry that the checkpoint holds
  /// @param configuration of the group, committed, as the other member has it
  /// @param damaged whether it is wanted also if the replica has come further: what it has is not
  ///   sound, and its log is applied again from there
  /// @param install makes the checkpoint the state's; a crash leaves the one or the other
  /// @return whether it was installed
  /// @throws ShardException.Unavailable if it is damaged and leads, or the checkpoint is of no use
  ///   to it: it goes on as it was
  /// @throws IOException if it cannot be opened again; told to whoever hears what is fatal, too
  synchronized boolean reopen(
      GroupKey key,
      TermIndex place,
      Optional<LogEntryProto> configuration,
      boolean damaged,
      Installation install)
      throws IOException {
    requireNotClosing(key);
    var replica =
        replicas.of(key).orElseThrow(() -> new ShardException.Unavailable(key + ": not open"));
    if (replica.stopped().isPresent()) {
      throw new ShardException.Unavailable(key + ": " + replica.stopped().get());
    }
    if (notes.isGoing(replica.groupId())) {
      throw new ShardException.Unavailable(key + ": being removed");
    }
    if (!damaged && place.index() <= replica.state().applied().index()) {
      // It has come as far, and may even lead.
      return false;
    }
    var id = replica.groupId();
    if (damaged) {
      requireReplaceable(replica, place);
      // What it applies is thrown away; and one that fails while it is closed is never closed.
      replica.machine().stopApplying();
    }
    replica.beginReopening();
    boolean wanted;
    boolean isOpen;
    try {
      divisions.close(id, key);
      wanted =
          reachesTheLog(id, place, replica.state())
              && (damaged || place.index() > replica.state().applied().index());
      if (wanted) {
        var before = replica.state().durable().covered();
        if (configuration.isPresent()) {
          // Its entry may be in a part of the log that this member never sees.
          GroupDirectory.takeConfiguration(directories.of(id), configuration.get());
        }
        LogGuard.noteInstalled(directories.of(id), place.covered(), before);
        install.run();
      }
      isOpen = openRestored(id, replica);
      log.info(
          "replica opened again group={} place={} installed={} open={}",
          key,
          place,
          wanted,
          isOpen);
    } catch (Throwable e) {
      // Half open, it would be a member that is up and does nothing.
      log.error("replica not opened again group={}", key, e);
      replica.machine().fail(e);
      options.onFatal().accept(e);
      throw e;
    }
    if (!isOpen) {
      throw new ShardException.Unavailable(key + ": taken out of service");
    }
    return wanted;
  }

  /// Opens a replica again that Ratis has closed.
  ///
  /// @return whether it could be, else it is out of service
  private boolean openRestored(RaftGroupId id, Replica replica) throws IOException {
    if (!restoring.restore(id, replica.key())) {
      return false;
    }
    divisions.open(id, replica.key(), List.of());
    divisions.candidacy().opened(id);
    replica.reopened(divisions.of(id), machines.of(id));
    return true;
  }

  /// As long as it serves, it goes on serving.
  private void requireReplaceable(Replica replica, TermIndex place) throws IOException {
    if (replica.leaderReady()) {
      throw new ShardException.Unavailable(replica.key() + ": leads (expected: handed over)");
    }
    if (!reachesTheLog(replica.groupId(), place, replica.state())) {
      throw new ShardException.Unavailable(
          "%s: checkpoint of entry %d (expected: %d or later)"
              .formatted(replica.key(), place.index(), firstIndex(replica) - 1));
    }
  }

  private boolean reachesTheLog(RaftGroupId id, TermIndex place, ReplicatedState state)
      throws IOException {
    return place.index() >= firstIndex(id, state) - 1;
  }

  /// The index of the first entry in a replica's log, or that would be: a log that is empty goes on
  /// behind the checkpoint.
  long firstIndex(Replica replica) {
    try {
      return firstIndex(replica.groupId(), replica.state());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether entries up to `index` are in the file that a replica writes to, which is deleted only
  /// when another is begun.
  boolean writesToFileOf(Replica replica, long index) throws IOException {
    return LogGuard.openIndex(directories.of(replica.groupId())).stream()
        .anyMatch(first -> first <= index);
  }

  private long firstIndex(RaftGroupId id, ReplicatedState state) throws IOException {
    return LogGuard.firstIndex(directories.of(id)).orElse(state.durable().index() + 1);
  }

  // --- replicas whose stores cannot be opened

  /// The index of the first entry in the log of a shard whose store cannot be opened; a checkpoint
  /// that another member has is of use if it holds the entry before that one.
  ///
  /// @throws ShardException.Unavailable if it is none
  long firstIndexUnopened(GroupKey key) throws IOException {
    var id =
        replicas
            .unopened(key)
            .orElseThrow(
                () ->
                    new ShardException.Unavailable(
                        key + ": its store is not one that cannot be opened"));
    var first = LogGuard.firstIndex(directories.aside(id));
    // A log that is empty tells nothing of where it would go on.
    return first.orElse(watermarks.of(id) + 1);
  }

  /// Opens a replica whose store could not be opened, with a checkpoint of another member.
  ///
  /// @param place of the last entry that the checkpoint holds
  /// @param configuration of the group, committed, as the other member has it
  /// @param install puts the checkpoint in the place of the store; a crash leaves the one or the
  ///   other
  /// @param opened takes the replica before it can be removed again
  /// @throws ShardException.Unavailable if the checkpoint does not reach its log, or it is open
  /// @throws IOException if it cannot be opened; told to whoever hears what is fatal, too
  synchronized void openWith(
      GroupKey key,
      TermIndex place,
      Optional<LogEntryProto> configuration,
      Installation install,
      Consumer<Replica> opened)
      throws IOException {
    requireNotClosing(key);
    var id =
        replicas
            .unopened(key)
            .orElseThrow(
                () -> new ShardException.Unavailable(key + ": does not wait for a checkpoint"));
    if (place.index() < firstIndexUnopened(key) - 1) {
      throw new ShardException.Unavailable(
          "%s: checkpoint of entry %d (expected: %d or later)"
              .formatted(key, place.index(), firstIndexUnopened(key) - 1));
    }
    boolean isOpen;
    try {
      if (configuration.isPresent()) {
        GroupDirectory.takeConfiguration(directories.aside(id), configuration.get());
      }
      LogGuard.noteInstalled(directories.aside(id), place.covered(), CoveredLog.NOTHING);
      install.run();
      replicas.openable(key);
      directories.bringBack(id);
      isOpen = restoring.restore(id, key);
      if (isOpen) {
        divisions.open(id, key, List.of());
        opened.accept(host(id, key));
      }
    } catch (Throwable e) {
      log.error("replica not opened with a snapshot group={}", key, e);
      options.onFatal().accept(e);
      throw e;
    }
    if (!isOpen) {
      throw new ShardException.Unavailable(key + ": taken out of service");
    }
    log.info("replica opened with a snapshot group={} place={}", key, place);
  }

  // --- replicas that failed or were closed

  /// Why a replica is not open that is being opened again.
  static final String OPENING_AGAIN = "not open: being opened again";

  /// Closes a replica that has failed, or that Ratis has closed, and opens it with what is durable.
  /// It goes into quarantine if its log turns out to have rotted, and waits for another member's
  /// checkpoint if its store does.
  ///
  /// @param reset takes what it replicates back to what is durable
  /// @return whether it is open
  /// @throws IOException if the disk fails
  synchronized boolean openAgain(Replica replica, Runnable reset) throws IOException {
    boolean isOther =
        replica.stopped().filter(why -> !why.equals(OPENING_AGAIN)).isPresent()
            || (replica.stopped().isEmpty() && replica.division().isEmpty());
    if (closed || isOther || notes.isGoing(replica.groupId()) || !replicas.isOpen(replica)) {
      return false;
    }
    var id = replica.groupId();
    // What it applies is thrown away; and one that fails while it is closed is never closed.
    replica.machine().stopApplying();
    replica.stop(OPENING_AGAIN);
    if (divisions.has(id)) {
      divisions.close(id, replica.key());
    }
    try {
      reset.run();
    } catch (StoreException e) {
      if (StoreState.corruptFile(e).isEmpty()) {
        throw e;
      }
      log.error("store cannot be opened again group={}", replica.key(), e);
      restoring.leaveUnopened(id, replica.key());
      return false;
    }
    return openRestored(id, replica);
  }

  /// Closes a replica that writes nothing any more, until [#goOn]; its files stay.
  ///
  /// @param why for status
  synchronized void stop(Replica replica, String why) throws IOException {
    if (closed || replica.stopped().isPresent() || replica.division().isEmpty()) {
      return;
    }
    replica.stop(why);
    if (divisions.has(replica.groupId())) {
      divisions.close(replica.groupId(), replica.key());
    }
    log.warn("replica stopped group={} why={}", replica.key(), why);
  }

  /// Opens a replica that was stopped.
  ///
  /// @throws IOException if that fails: it stays stopped
  synchronized void goOn(Replica replica) throws IOException {
    if (closed
        || replica.stopped().isEmpty()
        || notes.isGoing(replica.groupId())
        || !replicas.isOpen(replica)) {
      return;
    }
    var id = replica.groupId();
    // One that could not be closed still runs: its log is not to be looked over while it writes.
    if (divisions.has(id)) {
      replica.reopened(divisions.of(id), machines.of(id));
    } else if (!openRestored(id, replica)) {
      return;
    }
    log.info("replica opened again group={}", replica.key());
  }

  Optional<Replica> replica(GroupKey key) {
    return replicas.of(key);
  }

  Collection<Replica> replicas() {
    return replicas.open();
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

  /// Of a replica that is not open.
  Incarnation incarnationUnopened(GroupKey key) {
    return replicas.unopened(key).map(notes::incarnation).orElse(Incarnation.NONE);
  }

  /// Shards whose log and vote are sound, and whose store cannot be opened.
  Set<GroupKey> unopened() {
    return replicas.unopened();
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

  /// Whether its replicas are being closed, all of them, for the node ends.
  boolean isClosing() {
    return closed;
  }

  boolean alive() {
    return divisions.alive();
  }

  /// Tells Ratis of a durable checkpoint, and Ratis deletes the log that this one holds.
  void publishCheckpoint(Replica replica) {
    divisions.publishCheckpoint(replica);
  }

  /// Does not hand leadership over.
  @Override
  public synchronized void close() {
    closed = true;
    // Not interrupted: a file that is written to would be closed.
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
