package io.darkroom;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a query of the part of PromQL that dashboards and alerts are written in, and holds it against what is exported:
 * every name, every label and every value that is asked for; rates of counters only, over a range; two vectors side by side
 * only where their labels match. A query that asks for what is not there does not fail in Prometheus: it is empty for ever.
 */
final class PromQl {
    private static final Pattern TOKEN =
            Pattern.compile("\\s*(?:([a-zA-Z_:][\\w:]*)|(\\d[\\w.]*)|\"((?:[^\"\\\\]|\\\\.)*)\""
                    + "|(=~|!~|!=|==|>=|<=|[-+*/%><=(){},\\[\\]]))");
    private static final Set<String> AGGREGATIONS =
            Set.of("sum", "avg", "max", "min", "count", "topk", "bottomk", "quantile", "group");
    private static final Set<String> OF_A_RANGE = Set.of("rate", "irate", "increase");
    private static final Set<String> OF_VECTORS = Set.of("histogram_quantile", "sort", "sort_desc", "clamp_min", "abs");
    private static final Set<String> SETS = Set.of("and", "or", "unless");
    /** From what binds least to what binds most. */
    private static final List<Set<String>> OPERATORS = List.of(
            Set.of("or"),
            Set.of("and", "unless"),
            Set.of("==", "!=", ">", "<", ">=", "<="),
            Set.of("+", "-"),
            Set.of("*", "/", "%"));

    /**
     * What a part of a query gives.
     *
     * @param labels of each of its series; null for a number
     * @param range whether of each series a stretch of time
     * @param grows whether it is a counter, as exported
     */
    private record Value(@Nullable Set<String> labels, boolean range, boolean grows) {
        static final Value NUMBER = new Value(null, false, false);

        static Value of(Set<String> labels) {
            return new Value(labels, false, false);
        }
    }

    private final Exposition exported;
    private final Set<String> added;
    private final List<String> tokens = new ArrayList<>();
    private int at;

    private PromQl(String query, Exposition exported, Set<String> added) {
        this.exported = exported;
        this.added = added;
        Matcher token = TOKEN.matcher(query);
        int end = 0;
        while (token.find() && token.start() == end) {
            tokens.add(
                    token.group(3) != null
                            ? "\"" + token.group(3)
                            : token.group().trim());
            end = token.end();
        }
        require(query.substring(end).isBlank(), "cannot be read from: " + query.substring(end));
    }

    /**
     * Holds a query against what is exported.
     *
     * @param added labels that Prometheus adds to every series
     * @throws IllegalArgumentException naming what does not fit
     */
    static void check(String query, Exposition exported, Set<String> added) {
        PromQl parser = new PromQl(query, exported, added);
        parser.binary(0);
        require(parser.at == parser.tokens.size(), "something is left: " + parser.peek());
    }

    private Value binary(int level) {
        if (level == OPERATORS.size()) {
            return single();
        }
        Value left = binary(level + 1);
        while (OPERATORS.get(level).contains(peek())) {
            String operator = next();
            Set<String> on = null;
            if (take("on")) {
                on = names();
            }
            left = matched(operator, left, on, binary(level + 1));
        }
        return left;
    }

    private static Value matched(String operator, Value left, @Nullable Set<String> on, Value right) {
        Set<String> here = left.labels();
        Set<String> there = right.labels();
        if (here == null || there == null) {
            return here == null ? right : left;
        }
        if (on == null) {
            require(here.equals(there), here + " " + operator + " " + there + " never match");
            return Value.of(here);
        }
        require(here.containsAll(on) && there.containsAll(on), "on " + on + " does not fit " + here + " and " + there);
        return Value.of(SETS.contains(operator) ? here : on);
    }

    private Value single() {
        String token = next();
        if (token.equals("(")) {
            Value inner = binary(0);
            expect(")");
            return inner;
        }
        if (Character.isDigit(token.charAt(0))) {
            return Value.NUMBER;
        }
        if (AGGREGATIONS.contains(token)) {
            return aggregation();
        }
        if (peek().equals("(")) {
            return function(token);
        }
        return selector(token);
    }

    private Value aggregation() {
        Set<String> by = take("by") ? names() : null;
        List<Value> arguments = arguments();
        if (by == null) {
            by = take("by") ? names() : Set.of();
        }
        Set<String> inner = vector(arguments.get(arguments.size() - 1));
        require(inner.containsAll(by), "by " + by + ", but there is only " + inner);
        return Value.of(by);
    }

    private Value function(String name) {
        List<Value> arguments = arguments();
        if (OF_A_RANGE.contains(name)) {
            Value of = arguments.get(0);
            require(of.range(), name + " wants a range");
            require(of.grows(), name + " wants a counter");
            return Value.of(labels(of));
        }
        require(OF_VECTORS.contains(name), name + " is not known to this check");
        Set<String> inner = new TreeSet<>(vector(arguments.get(arguments.size() - 1)));
        if (name.equals("histogram_quantile")) {
            require(inner.remove("le"), "no buckets: le is not in " + inner);
        }
        return Value.of(inner);
    }

    private List<Value> arguments() {
        expect("(");
        List<Value> arguments = new ArrayList<>();
        do {
            arguments.add(binary(0));
        } while (take(","));
        expect(")");
        return arguments;
    }

    private Value selector(String name) {
        Exposition.Metric metric = exported.metric(name);
        if (metric == null) {
            throw new IllegalArgumentException(name + " is not exported");
        }
        Set<String> labels = new TreeSet<>(added);
        labels.addAll(metric.labels().keySet());
        if (take("{")) {
            while (!take("}")) {
                matcher(name, metric.labels());
                take(",");
            }
        }
        boolean range = take("[");
        if (range) {
            next();
            expect("]");
        }
        return new Value(labels, range, metric.grows());
    }

    private void matcher(String metric, Map<String, Set<String>> labels) {
        String label = next();
        String operator = next();
        String value = next().substring(1);
        Set<String> seen = labels.get(label);
        if (seen == null) {
            throw new IllegalArgumentException(metric + " has no label " + label);
        }
        boolean found = operator.endsWith("~") ? seen.stream().anyMatch(v -> v.matches(value)) : seen.contains(value);
        require(found, metric + " has no " + label + " " + value + ", only " + seen);
    }

    private Set<String> names() {
        expect("(");
        Set<String> names = new TreeSet<>();
        while (!take(")")) {
            names.add(next());
            take(",");
        }
        return names;
    }

    private static Set<String> vector(Value value) {
        require(!value.range(), "a range where a vector is wanted");
        return labels(value);
    }

    private static Set<String> labels(Value value) {
        if (value.labels() == null) {
            throw new IllegalArgumentException("a number where a vector is wanted");
        }
        return value.labels();
    }

    private String peek() {
        return at < tokens.size() ? tokens.get(at) : "";
    }

    private String next() {
        require(at < tokens.size(), "it ends too early");
        return tokens.get(at++);
    }

    private boolean take(String token) {
        boolean there = peek().equals(token);
        if (there) {
            at++;
        }
        return there;
    }

    private void expect(String token) {
        require(take(token), "expected " + token + ", found " + peek());
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
