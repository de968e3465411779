package io.darkroom.job.simulation;

import io.darkroom.job.CheckpointName;
import io.darkroom.job.DeliveryAction;
import io.darkroom.job.DeliveryEvent;
import io.darkroom.job.DeliveryState;
import io.darkroom.job.JobKey;
import io.darkroom.job.Making;
import io.darkroom.job.Offsets;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.Source;
import io.darkroom.job.Starting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One worker's memory: what a crash takes away. */
final class SimulatedWorker {
    /** A partition that it owns, or believes to own. */
    static final class Owned {
        final int epoch;
        final Offsets offsets;
        long position;
        boolean leaving;

        Owned(int epoch, Offsets.Commit left) {
            this.epoch = epoch;
            this.offsets = new Offsets(left);
            this.position = left.offset();
        }
    }

    /** One delivery with what is under way around its state. */
    static final class InFlight {
        final Scenario.Request request;
        final String run;
        final boolean begunBefore;

        @Nullable
        DeliveryState state;

        final List<DeliveryAction> todo = new ArrayList<>();
        final List<DeliveryEvent> answers = new ArrayList<>();
        /** What the device tells, which is heard in order. */
        final Deque<DeliveryEvent> told = new ArrayDeque<>();

        final List<DeliveryAction> waiting = new ArrayList<>();
        /** Whether its worker crashed, was paused or lost the partition while it was under way. */
        boolean cutShort;
        /** Whether the job had ended before this delivery began. */
        boolean ended;
        /** What renders it. */
        @Nullable
        FakeDevice device;
        /** The checkpoint with which the device gave it up. */
        @Nullable
        CheckpointName parting;
        /** The furthest step from which it could go on when its record was read. */
        int seen;
        /** How often each request had been disturbed when this delivery made its attempt. */
        Map<Source, Integer> disturbedBefore = Map.of();
        /** Of this request, when the attempt was made that came furthest, as far as the record that was read says. */
        int restart;

        InFlight(Scenario.Request request, String run, boolean begunBefore) {
            this.request = request;
            this.run = run;
            this.begunBefore = begunBefore;
        }

        JobKey key() {
            return request.parsed().key();
        }

        boolean canBeCanceled() {
            return request.parsed() instanceof ParsedRequest.Valid;
        }

        int partition() {
            return request.record().source().partition();
        }

        long offset() {
            return request.record().source().offset();
        }

        @Override
        public String toString() {
            return key().name() + "@" + partition() + ":" + offset();
        }
    }

    final String name;
    final Map<Integer, Owned> owned = new HashMap<>();
    final List<InFlight> inFlight = new ArrayList<>();
    /** Stopped by the operating system for a while, and no longer an owner of what it holds. */
    boolean paused;

    boolean stale;

    SimulatedWorker(String name) {
        this.name = name;
    }

    /** Whether another delivery of the same job goes before. */
    boolean mustWait(InFlight delivery) {
        for (InFlight other : inFlight) {
            if (other == delivery) {
                return false;
            }
            if (other.key().equals(delivery.key())) {
                return true;
            }
        }
        return false;
    }

    /** Whether it may be rendered now: two at once, and later attempts alone. */
    boolean mayHaveTurn(Starting.Queued queued) {
        int holders = 0;
        for (InFlight other : inFlight) {
            if (other.state != null && other.state.turn() == DeliveryState.Turn.HOLDS) {
                holders++;
                if (attempt(other.state) > 1) {
                    return false;
                }
            }
        }
        return queued.alone() ? holders == 0 : holders < 2;
    }

    private static int attempt(DeliveryState state) {
        if (state instanceof Starting.Claiming claiming) {
            return claiming.attempt();
        }
        if (state instanceof Making.Resuming resuming) {
            return resuming.attempt();
        }
        if (state instanceof Making.Looking looking) {
            return looking.attempt();
        }
        if (state instanceof Making.Saving saving) {
            return saving.rendering().attempt();
        }
        return state instanceof Making.Rendering rendering ? rendering.attempt() : 0;
    }
}
