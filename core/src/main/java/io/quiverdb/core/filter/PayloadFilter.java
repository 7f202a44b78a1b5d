package io.quiverdb.core.filter;

import io.quiverdb.core.Filter;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A [Filter] made ready to be evaluated on many payloads. Any number of threads use it.
public final class PayloadFilter {
  /* The conditions on fields are numbered; one pass over a payload finds out which of them hold, and
   * the tree above them is evaluated on that.
   */
  private final Node root;
  private final int conditionCount;
  private final PayloadFields fields;

  /// Of each field, what is asked of it.
  private final List<List<NumberedCondition>> conditions;

  private PayloadFilter(
      Node root,
      int conditionCount,
      PayloadFields fields,
      List<List<NumberedCondition>> conditions) {
    this.root = root;
    this.conditionCount = conditionCount;
    this.fields = fields;
    this.conditions = conditions;
  }

  public static PayloadFilter of(Filter filter) {
    var compilation = new Compilation();
    var root = compilation.node(filter);
    return new PayloadFilter(
        root,
        compilation.conditionCount,
        PayloadFields.of(compilation.paths),
        compilation.conditions);
  }

  public boolean matches(MemorySegment payload) {
    var held = new boolean[conditionCount];
    boolean json = fields.read(payload, (field, value) -> note(field, value, held));
    return root.holds(json ? held : new boolean[conditionCount]);
  }

  private void note(int field, FieldValue value, boolean[] held) {
    for (var asked : conditions.get(field)) {
      held[asked.number] |= asked.condition.accepts(value);
    }
  }

  private record NumberedCondition(int number, FieldCondition condition) {}

  private static final class Compilation {
    final List<String> paths = new ArrayList<>();
    final List<List<NumberedCondition>> conditions = new ArrayList<>();
    int conditionCount;

    Node node(Filter filter) {
      return switch (filter) {
        case Filter.Eq(var path, var value) ->
            condition(path, FieldCondition.anyOf(List.of(value)));
        case Filter.In(var path, var values) -> condition(path, FieldCondition.anyOf(values));
        case Filter.Range range -> condition(range.path(), FieldCondition.between(range));
        case Filter.Exists(var path) -> condition(path, _ -> true);
        case Filter.And(var parts) -> new All(nodes(parts));
        case Filter.Or(var parts) -> new Any(nodes(parts));
        case Filter.Not(var part) -> new None(node(part));
      };
    }

    private List<Node> nodes(List<Filter> parts) {
      return parts.stream().map(this::node).toList();
    }

    private Node condition(String path, FieldCondition condition) {
      int field = paths.indexOf(path);
      if (field < 0) {
        field = paths.size();
        paths.add(path);
        conditions.add(new ArrayList<>());
      }
      conditions.get(field).add(new NumberedCondition(conditionCount, condition));
      return new Held(conditionCount++);
    }
  }

  private sealed interface Node {
    boolean holds(boolean[] held);
  }

  private record Held(int condition) implements Node {
    @Override
    public boolean holds(boolean[] held) {
      return held[condition];
    }
  }

  private record All(List<Node> parts) implements Node {
    @Override
    public boolean holds(boolean[] held) {
      for (var part : parts) {
        if (!part.holds(held)) {
          return false;
        }
      }
      return true;
    }
  }

  private record Any(List<Node> parts) implements Node {
    @Override
    public boolean holds(boolean[] held) {
      for (var part : parts) {
        if (part.holds(held)) {
          return true;
        }
      }
      return false;
    }
  }

  private record None(Node part) implements Node {
    @Override
    public boolean holds(boolean[] held) {
      return !part.holds(held);
    }
  }
}
