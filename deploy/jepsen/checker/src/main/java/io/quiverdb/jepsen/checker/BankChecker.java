package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Judges whether transfers leave the total alone: every batch of reads of all accounts sums up to
/// what the accounts were set up with. The set-up is the writes and batches of writes that had
/// ended before the first transfer began; reads that began before its end are not judged. Judges
/// batches of reads.
///
/// Whether each transfer took place once and at one moment is for [LinearizabilityChecker].
public final class BankChecker implements Checker {
  @Override
  public String name() {
    return "bank";
  }

  @Override
  public Finding check(History history) {
    var accusations = new Accusations();
    int judgedCount = 0;
    for (var entry : history.callsByCollection().entrySet()) {
      var calls = Attempts.merge(entry.getValue());
      if (calls.stream().anyMatch(call -> call.operation() instanceof Operation.Transfer)) {
        judgedCount += new Bank(Subjects.collection(entry.getKey()), accusations).judge(calls);
      }
    }
    return new Finding(name(), judgedCount, accusations.violations(), List.of());
  }

  private static final class Bank {
    private final String subject;
    private final Accusations accusations;
    private final List<Call> setUp = new ArrayList<>();
    private final Set<String> accounts = new HashSet<>();
    private long total;

    private Bank(String subject, Accusations accusations) {
      this.subject = subject;
      this.accusations = accusations;
    }

    private int judge(List<Call> calls) {
      calls.forEach(this::collect);
      if (setUp.isEmpty()) {
        accusations.add(subject, "the accounts were never set up");
        return 0;
      }
      int setUpAt = setUp.stream().mapToInt(Call::completedAt).max().orElseThrow();
      int judgedCount = 0;
      for (var call : calls) {
        if (call.operation() instanceof Operation.ReadBatch(var ids)
            && call.answer().orElse(null) instanceof Answer.Entries(var entries)
            && call.invokedAt() > setUpAt
            && new HashSet<>(ids).containsAll(accounts)) {
          judge(call, entries);
          judgedCount++;
        }
      }
      return judgedCount;
    }

    private void collect(Call call) {
      if (call.answer().filter(Answer.Done.class::isInstance).isEmpty()) {
        return;
      }
      switch (call.operation()) {
        case Operation.Write(var value) -> setUp(call, List.of(new Entry(call.key(), value)));
        case Operation.Upsert(_, var value) -> setUp(call, List.of(new Entry(call.key(), value)));
        case Operation.WriteBatch(var entries) -> setUp(call, entries);
        default -> {}
      }
    }

    private void setUp(Call call, List<Entry> entries) {
      setUp.add(call);
      for (var entry : entries) {
        accounts.add(entry.id());
        total = Math.addExact(total, balance(entry).orElse(0L));
      }
    }

    private void judge(Call read, List<Entry> entries) {
      long sum = 0;
      var missing = new HashSet<>(accounts);
      for (var entry : entries) {
        if (!missing.remove(entry.id())) {
          continue;
        }
        var balance = balance(entry);
        if (balance.isEmpty()) {
          accuse("account " + entry.id() + " holds what is no number", read);
          return;
        }
        sum = Math.addExact(sum, balance.get());
      }
      if (!missing.isEmpty()) {
        accuse("accounts are gone: " + missing, read);
      } else if (sum != total) {
        accuse("the total is %d (expected: %d)".formatted(sum, total), read);
      }
    }

    private static Optional<Long> balance(Entry entry) {
      try {
        return Optional.of(Long.parseLong(entry.value()));
      } catch (NumberFormatException notInteger) {
        return Optional.empty();
      }
    }

    private void accuse(String claim, Call read) {
      var calls = new ArrayList<>(setUp);
      calls.add(read);
      accusations.add(subject, claim, calls);
    }
  }
}
