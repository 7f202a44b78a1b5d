package io.quiverdb.raft.catalog;

import io.quiverdb.raft.ReplicatedState;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// This node's replica of the catalogue: a memory image of its log. It keeps no checkpoint yet, so
/// its log has to be kept whole and is replayed whole at every start.
public final class CatalogReplica implements ReplicatedState {
  private final CatalogKeys keys;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  private volatile CatalogState state = CatalogState.EMPTY;
  private volatile TermIndex applied = TermIndex.NONE;
  private boolean leads;

  public CatalogReplica(CatalogKeys keys) {
    this.keys = keys;
  }

  /// Hears what happens to this replica, on the thread that applies entries: not to be held up.
  interface Listener {
    /// An operation was applied; the state after it is published.
    void changed();

    void leaderReady();

    void leaderLost();
  }

  /// What is applied here; empty before the cluster is formed.
  public Optional<CatalogView> view() {
    return state.view();
  }

  /// What its log is sealed with.
  CatalogKeys keys() {
    return keys;
  }

  CatalogState state() {
    return state;
  }

  /// From now on; one that comes late hears of leadership at once.
  synchronized void listen(Listener listener) {
    listeners.add(listener);
    if (leads) {
      listener.leaderReady();
    }
  }

  void ignore(Listener listener) {
    listeners.remove(listener);
  }

  @Override
  public ByteBuffer apply(long term, long index, ByteBuffer entry) {
    var result = state.apply(index, keys.open(index, entry));
    publish(result.state(), new TermIndex(term, index));
    return result.answer().toByteString().asReadOnlyByteBuffer();
  }

  @Override
  public void advance(long term, long index) {
    publish(state.at(index), new TermIndex(term, index));
  }

  /// Nothing is durable but the log.
  @Override
  public TermIndex durable() {
    return TermIndex.NONE;
  }

  @Override
  public TermIndex applied() {
    return applied;
  }

  @Override
  public synchronized void leaderReady() {
    leads = true;
    listeners.forEach(Listener::leaderReady);
  }

  @Override
  public synchronized void leaderLost() {
    leads = false;
    listeners.forEach(Listener::leaderLost);
  }

  /// Whoever waits for an index must find the state that goes with it.
  private void publish(CatalogState newState, TermIndex place) {
    state = newState;
    applied = place;
    listeners.forEach(Listener::changed);
  }
}
