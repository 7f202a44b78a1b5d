package io.quiverdb.jepsen.cluster;

import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.NodeProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/// The nodes' processes. Remembers what was done to each, so that all of it can be undone. Safe for
/// use by several threads, as some faults go on by themselves.
public final class NodeProcesses implements AutoCloseable {
  private final LocalCluster local;
  private final Set<Integer> paused = ConcurrentHashMap.newKeySet();
  private final Set<Integer> down = ConcurrentHashMap.newKeySet();

  /// Those that may end by themselves, as something is done to them that they must not survive.
  private final Set<Integer> excused = ConcurrentHashMap.newKeySet();

  NodeProcesses(LocalCluster local) {
    this.local = local;
  }

  void startAll() throws IOException {
    local.start();
  }

  public int size() {
    return local.nodes().size();
  }

  List<String> addresses() {
    return local.endpoints();
  }

  private NodeProcess process(int node) {
    return local.nodes().get(node).process();
  }

  /// Where a node keeps its data.
  public Path data(int node) {
    return local.nodes().get(node).data();
  }

  /// What a node says.
  public Path log(int node) {
    return local.nodes().get(node).log();
  }

  /// The end of what a node has said.
  public String lastWords(int node) {
    return process(node).lastWords();
  }

  public boolean isAlive(int node) {
    return process(node).isAlive();
  }

  /// SIGKILL, and nobody starts it until that was done.
  ///
  /// @param work on what it has left on its disk
  public synchronized void killAnd(int node, Work work) throws IOException, InterruptedException {
    kill(node);
    work.run();
  }

  /// What is done to the files of a node that is down.
  public interface Work {
    void run() throws IOException;
  }

  /// SIGKILL.
  public synchronized void kill(int node) throws InterruptedException {
    down.add(node);
    paused.remove(node);
    process(node).kill();
  }

  /// SIGTERM, and waits for the end; SIGKILL if that takes longer than `limit`.
  ///
  /// @return whether it ended by itself
  public boolean stop(int node, Duration limit) throws InterruptedException {
    down.add(node);
    process(node).askToStop();
    boolean ended = process(node).awaitEnd(limit.toSeconds());
    if (!ended) {
      process(node).kill();
    }
    return ended;
  }

  /// Starts a node that is down. Does not wait until it serves.
  public void start(int node) throws IOException {
    start(node, Map.of());
  }

  /// @param more of the environment, until it is started again
  public synchronized void start(int node, Map<String, String> more) throws IOException {
    down.remove(node);
    if (!isAlive(node)) {
      process(node).start(more);
    }
  }

  /// SIGSTOP.
  public void pause(int node) throws IOException, InterruptedException {
    process(node).pause();
    paused.add(node);
  }

  /// SIGCONT, unless it was killed meanwhile.
  public void resume(int node) throws IOException, InterruptedException {
    if (paused.remove(node)) {
      process(node).resume();
    }
  }

  /// Numbers of the nodes that are neither down nor paused.
  public List<Integer> running() {
    return IntStream.range(0, size())
        .filter(node -> !down.contains(node) && !paused.contains(node) && isAlive(node))
        .boxed()
        .toList();
  }

  /// Something is about to be done to a node for which it may end by itself, now or a little later.
  public void expectEnd(int node) {
    excused.add(node);
  }

  /// Whether something was done to it for which it might end by itself.
  public boolean isExcused(int node) {
    return excused.contains(node);
  }

  /// Starts the nodes again that have ended by themselves, as was expected of them: what a
  /// supervisor does.
  public synchronized void restartEnded() throws IOException {
    for (int node : excused) {
      if (!down.contains(node) && !isAlive(node)) {
        process(node).start();
      }
    }
  }

  /// Numbers of the nodes whose processes have ended although nobody ended them.
  public List<Integer> ended() {
    var ended = new ArrayList<Integer>();
    for (int node = 0; node < size(); node++) {
      if (!down.contains(node) && !excused.contains(node) && !isAlive(node)) {
        ended.add(node);
      }
    }
    return ended;
  }

  /// Undoes all that was done: everybody runs, or has been started.
  void runAll() throws IOException, InterruptedException {
    for (int node : Set.copyOf(paused)) {
      resume(node);
    }
    for (int node = 0; node < size(); node++) {
      start(node);
    }
  }

  /// Ends all, also those that are paused.
  @Override
  public void close() {
    for (int node : Set.copyOf(paused)) {
      try {
        resume(node);
      } catch (IOException _) {
        // It is gone already.
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
    local.close();
  }

  /// At once, without a chance to finish anything.
  void killAll() {
    local.killAll();
  }
}
