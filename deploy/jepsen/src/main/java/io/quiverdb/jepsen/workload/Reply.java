package io.quiverdb.jepsen.workload;

import io.quiverdb.client.WriteResult;
import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Witness;
import java.util.OptionalLong;

/// What a node answered, as a history has it.
record Reply(Answer answer, Witness witness) {
  static Reply of(Answer answer) {
    return new Reply(answer, Witness.NONE);
  }

  /// Of a write of points.
  static Reply of(WriteResult result) {
    var positions =
        result.parts().stream()
            .map(part -> new Witness.Position(part.shard(), part.term(), part.index()))
            .toList();
    var version =
        result.parts().size() == 1
            ? OptionalLong.of(result.parts().getFirst().version())
            : OptionalLong.empty();
    return new Reply(new Answer.Done(), new Witness(positions, version));
  }
}
