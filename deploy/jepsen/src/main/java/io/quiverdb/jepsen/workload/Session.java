package io.quiverdb.jepsen.workload;

import io.quiverdb.client.AlreadyExistsException;
import io.quiverdb.client.NotFoundException;
import io.quiverdb.client.OutcomeUnknownException;
import io.quiverdb.client.PartialFailureException;
import io.quiverdb.client.PreconditionFailedException;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.QuiverException;
import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One client of a run, held to one node. Asks, and writes down what became of it: ok if it was
/// answered, fail if it certainly did not take place, info if nobody can know. After an info it
/// goes on as another process, as Jepsen's clients do. For one thread.
public final class Session {
  private final HistoryRecorder recorder;
  private final QuiverClient client;
  private final String node;
  private final String address;
  private final long processStep;
  private long process;
  private int unansweredCount;

  /// @param node as histories name it
  /// @param address host:port where it serves clients
  /// @param process no other session's
  /// @param processStep what is added to it after an info: more than there are sessions
  public Session(
      HistoryRecorder recorder,
      QuiverClient client,
      String node,
      String address,
      long process,
      long processStep) {
    this.recorder = recorder;
    this.client = client;
    this.node = node;
    this.address = address;
    this.process = process;
    this.processStep = processStep;
  }

  String address() {
    return address;
  }

  QuiverClient client() {
    return client;
  }

  /// How many questions had no answer so far.
  public int unansweredCount() {
    return unansweredCount;
  }

  /// A question to the node, and its answer.
  @FunctionalInterface
  interface Exchange {
    Reply ask(QuiverClient client);
  }

  /// Asks about one key.
  ///
  /// @return the answer, if there was one
  Optional<Reply> ask(String collection, String key, Operation operation, Exchange exchange) {
    return ask(collection, key, operation, "", exchange);
  }

  /// Asks about a whole collection, or about collections.
  Optional<Reply> ask(String collection, Operation operation, Exchange exchange) {
    return ask(collection, "", operation, "", exchange);
  }

  /// @param request the same in all attempts at one write
  Optional<Reply> ask(
      String collection, String key, Operation operation, String request, Exchange exchange) {
    var pending = recorder.invoke(process, node, collection, key, operation, request);
    try {
      var reply = exchange.ask(client);
      pending.ok(reply.answer(), reply.witness());
      return Optional.of(reply);
    } catch (QuiverException e) {
      return settle(pending, operation, e);
    } catch (UnansweredException e) {
      end(pending, String.valueOf(e.getMessage()), isWrite(operation) && e.mayHaveTakenPlace());
      return Optional.empty();
    } catch (RuntimeException e) {
      pending.info(e.toString());
      process += processStep;
      throw e;
    }
  }

  /// Writes many points by one request. Each write is one of a process of its own, as no process
  /// does two things at a time. A session that has not been answered may not do so again.
  ///
  /// @param writes by key
  /// @param firstProcess no other session's, nor any of those after it in steps of the session
  /// @return whether it was answered
  boolean writeTogether(
      String collection,
      Map<String, ? extends Operation> writes,
      long firstProcess,
      Exchange exchange) {
    List<HistoryRecorder.Pending> pending = new ArrayList<>();
    long ofWrite = firstProcess;
    for (var write : writes.entrySet()) {
      pending.add(recorder.invoke(ofWrite, node, collection, write.getKey(), write.getValue(), ""));
      ofWrite += processStep;
    }
    try {
      var reply = exchange.ask(client);
      pending.forEach(each -> each.ok(reply.answer()));
      return true;
    } catch (RuntimeException e) {
      unansweredCount++;
      pending.forEach(each -> each.info(e.toString()));
      if (e instanceof QuiverException) {
        return false;
      }
      throw e;
    }
  }

  private Optional<Reply> settle(
      HistoryRecorder.Pending pending, Operation operation, QuiverException e) {
    var mismatch = new Answer.Mismatch();
    if (isRefusal(e) && mismatch.fits(operation)) {
      pending.mismatch();
      return Optional.of(Reply.of(mismatch));
    }
    end(pending, e.code() + ": " + e.getMessage(), mayHaveTakenPlace(operation, e));
    return Optional.empty();
  }

  private void end(HistoryRecorder.Pending pending, String error, boolean mayHaveTakenPlace) {
    unansweredCount++;
    if (mayHaveTakenPlace) {
      pending.info(error);
      process += processStep;
    } else {
      pending.fail(error);
    }
  }

  private static boolean isRefusal(QuiverException e) {
    return switch (e) {
      case PreconditionFailedException refused ->
          refused.reason().filter("precondition"::equals).isPresent();
      case AlreadyExistsException _ -> true;
      case NotFoundException _ -> true;
      default -> false;
    };
  }

  private static boolean mayHaveTakenPlace(Operation operation, QuiverException e) {
    return switch (operation) {
      // Only a refusal is certain: the coordinator may go on when the caller has gone.
      case Operation.Create(), Operation.Drop() -> true;
      default ->
          isWrite(operation)
              && (e instanceof OutcomeUnknownException || e instanceof PartialFailureException);
    };
  }

  private static boolean isWrite(Operation operation) {
    return switch (operation) {
      case Operation.Read(),
          Operation.ReadBatch(_),
          Operation.Scan(),
          Operation.Search(_, _, _),
          Operation.Exists(),
          Operation.SessionRead(_, _),
          Operation.SessionJoin(_, _, _),
          Operation.ListCollections() ->
          false;
      default -> true;
    };
  }
}
