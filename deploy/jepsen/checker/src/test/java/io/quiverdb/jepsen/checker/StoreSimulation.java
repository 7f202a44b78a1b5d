package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Hit;
import io.quiverdb.jepsen.history.Operation;
import io.quiverdb.jepsen.history.Witness;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/// A store of two shards that is used by some processes at a time under one workload, in an order
/// drawn at random. Every checker is content with what it does, unless it has a bug.
final class StoreSimulation {
  enum Workload {
    REGISTER,
    SET,
    TOMBSTONES,
    BATCH,
    COUNTER,
    BANK,
    SEARCH,
    CATALOGUE
  }

  private static final int PROCESS_COUNT = 4;
  private static final List<String> ACCOUNTS = List.of("a", "b", "c");

  /// A call between its invocation and its end.
  private static final class Running {
    private final HistoryRecorder.Pending pending;
    private final String collection;
    private final String key;
    private final Operation operation;
    private final String request;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Witness.Position> positions = new ArrayList<>();
    private int actCount;
    private boolean isRefused;
    private Optional<Answer> answer = Optional.empty();
    private Witness witness = Witness.NONE;

    private Running(
        HistoryRecorder.Pending pending,
        String collection,
        String key,
        Operation operation,
        String request) {
      this.pending = pending;
      this.collection = collection;
      this.key = key;
      this.operation = operation;
      this.request = request;
    }
  }

  private final RandomGenerator random;
  private final Workload workload;
  private final SimulatedStore store;
  private final HistoryRecorder recorder;
  private final List<Optional<Running>> slots = new ArrayList<>();
  private final List<Long> processes = new ArrayList<>();
  private final List<Running> late = new ArrayList<>();
  private final Map<String, Operation> requests = new HashMap<>();
  private long tick;
  private int lastValue;
  private int callsLeft;

  StoreSimulation(
      RandomGenerator random, Workload workload, Optional<SimulatedStore.Bug> bug, int callCount) {
    this.random = random;
    this.workload = workload;
    store = new SimulatedStore(random, bug);
    recorder = new HistoryRecorder(() -> tick++);
    callsLeft = callCount;
    for (long process = 0; process < PROCESS_COUNT; process++) {
      processes.add(process);
      slots.add(Optional.empty());
    }
  }

  History run() {
    if (workload == Workload.BANK) {
      alone(new Operation.WriteBatch(ACCOUNTS.stream().map(id -> new Entry(id, "100")).toList()));
    }
    while (callsLeft > 0 || slots.stream().anyMatch(Optional::isPresent)) {
      int slot = random.nextInt(PROCESS_COUNT);
      var running = slots.get(slot);
      if (running.isPresent()) {
        advance(slot, running.get());
      } else if (callsLeft > 0) {
        callsLeft--;
        slots.set(slot, Optional.of(invoke(processes.get(slot))));
      }
      if (!late.isEmpty() && random.nextInt(5) == 0) {
        act(late.remove(random.nextInt(late.size())));
      }
      store.tick();
    }
    if (workload != Workload.CATALOGUE) {
      alone(new Operation.Scan());
    }
    return recorder.history();
  }

  private void alone(Operation operation) {
    var running = start(-1, "c", "", operation, "");
    while (running.answer.isEmpty()) {
      act(running);
    }
    running.pending.ok(running.answer.get(), running.witness);
  }

  private Running start(
      long process, String collection, String key, Operation operation, String request) {
    var pending = recorder.invoke(process, "n", collection, key, operation, request);
    return new Running(pending, collection, key, operation, request);
  }

  private void advance(int slot, Running running) {
    if (random.nextInt(25) == 0) {
      running.pending.info("timed out");
      if (running.answer.isEmpty()) {
        late.add(running);
      }
      slots.set(slot, Optional.empty());
      processes.set(slot, processes.get(slot) + PROCESS_COUNT);
    } else if (running.isRefused) {
      running.pending.fail("no such collection");
      slots.set(slot, Optional.empty());
    } else if (running.answer.isPresent()) {
      running.pending.ok(running.answer.get(), running.witness);
      slots.set(slot, Optional.empty());
    } else if (running.actCount == 0 && random.nextInt(25) == 0) {
      running.pending.fail("not the leader");
      slots.set(slot, Optional.empty());
    } else {
      act(running);
    }
  }

  /// One moment at which the store does something for the call: one shard of a scan or a search,
  /// all of anything else.
  private void act(Running running) {
    if (workload == Workload.CATALOGUE
        && !(running.operation instanceof Operation.OfCatalog)
        && !store.exists(running.collection)) {
      running.isRefused = true;
      return;
    }
    switch (running.operation) {
      case Operation.Scan(), Operation.Search(_, _, _) -> {
        running.entries.addAll(
            running.operation instanceof Operation.Scan
                ? store.scan(running.collection, running.actCount)
                : store.searched(running.collection, running.actCount));
        running.positions.add(store.position(running.actCount));
        running.actCount++;
        if (running.actCount == SimulatedStore.SHARD_COUNT) {
          running.answer = Optional.of(answer(running));
          running.witness = new Witness(running.positions, OptionalLong.empty());
        }
      }
      default -> {
        var reply =
            store.apply(running.collection, running.key, running.operation, running.request);
        running.actCount++;
        running.answer = Optional.of(reply.answer());
        running.witness = reply.witness();
      }
    }
  }

  private Answer answer(Running running) {
    return running.operation instanceof Operation.Search search
        ? new Answer.Hits(nearest(search, running.entries))
        : new Answer.Entries(running.entries);
  }

  private List<Hit> nearest(Operation.Search search, List<Entry> entries) {
    return entries.stream()
        .map(entry -> new Hit(entry, store.distance(entry, search.query())))
        .sorted(Comparator.comparingDouble(Hit::score).thenComparing(hit -> hit.entry().id()))
        .limit(search.k())
        .toList();
  }

  private Running invoke(long process) {
    return switch (workload) {
      case REGISTER -> start(process, "c", id(), register(), "");
      case SET ->
          percent(90)
              ? start(process, "c", "e" + lastValue, new Operation.Write(value()), "")
              : start(process, "c", "", new Operation.Scan(), "");
      case TOMBSTONES -> tombstones(process);
      case BATCH -> batch(process);
      case COUNTER -> counter(process);
      case BANK -> bank(process);
      case SEARCH -> search(process);
      case CATALOGUE -> catalogue(process);
    };
  }

  private Operation register() {
    return switch (random.nextInt(6)) {
      case 0, 1 -> new Operation.Read();
      case 2, 3 -> new Operation.Write(value());
      case 4 -> new Operation.Delete();
      default ->
          new Operation.CompareAndSet(Optional.of(String.valueOf(1 + random.nextInt(9))), value());
    };
  }

  private Running tombstones(long process) {
    return switch (random.nextInt(6)) {
      case 0, 1 -> start(process, "c", id(), upsert(), "");
      case 2, 3 -> start(process, "c", id(), new Operation.Delete(), "");
      case 4 -> start(process, "c", "", new Operation.Scan(), "");
      default -> start(process, "c", "", search(true), "");
    };
  }

  private Running batch(long process) {
    if (percent(40)) {
      return start(process, "c", "", new Operation.ReadBatch(ACCOUNTS), "");
    }
    var value = value();
    var entries =
        ACCOUNTS.stream().filter(_ -> percent(70)).map(id -> new Entry(id, value)).toList();
    return start(process, "c", "", new Operation.WriteBatch(entries), "");
  }

  private Running counter(long process) {
    if (percent(30)) {
      return start(process, "c", "n", new Operation.Read(), "");
    }
    var request =
        "r" + (requests.isEmpty() || percent(40) ? value() : 1 + random.nextInt(lastValue));
    var operation =
        requests.computeIfAbsent(request, _ -> new Operation.Increment(random.nextInt(-2, 4)));
    return start(process, "c", "n", operation, request);
  }

  private Running bank(long process) {
    if (percent(40)) {
      return start(process, "c", "", new Operation.ReadBatch(ACCOUNTS), "");
    }
    int from = random.nextInt(3);
    int to = (from + 1 + random.nextInt(2)) % 3;
    var transfer =
        new Operation.Transfer(ACCOUNTS.get(from), ACCOUNTS.get(to), 1 + random.nextInt(9));
    return start(process, "c", "", transfer, "");
  }

  private Running search(long process) {
    return switch (random.nextInt(6)) {
      case 0, 1, 2 -> start(process, "c", id(), upsert(), "");
      case 3 -> start(process, "c", id(), new Operation.Delete(), "");
      default -> start(process, "c", "", search(percent(70)), "");
    };
  }

  private Running catalogue(long process) {
    var name = percent(50) ? "x" : "y";
    return switch (random.nextInt(8)) {
      case 0, 1 -> start(process, name, "", new Operation.Create(), "");
      case 2 -> start(process, name, "", new Operation.Drop(), "");
      case 3 -> start(process, name, "", new Operation.Exists(), "");
      case 4 -> start(process, "", "", new Operation.ListCollections(), "");
      case 5, 6 -> start(process, name, id(), new Operation.Write(value()), "");
      default -> start(process, name, "", new Operation.Scan(), "");
    };
  }

  private Operation upsert() {
    var vector = List.of((double) random.nextInt(5), (double) random.nextInt(5));
    var value = value();
    store.place(value, vector);
    return new Operation.Upsert(vector, value);
  }

  private Operation search(boolean exact) {
    return new Operation.Search(
        List.of((double) random.nextInt(5), (double) random.nextInt(5)), 3, exact);
  }

  private String id() {
    return "k" + random.nextInt(5);
  }

  private String value() {
    return String.valueOf(++lastValue);
  }

  private boolean percent(int percent) {
    return random.nextInt(100) < percent;
  }
}
