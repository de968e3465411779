package io.darkroom.worker;

import io.darkroom.job.Bytes;
import io.darkroom.job.DamagedContentException;
import io.darkroom.job.DeliveryAction;
import io.darkroom.job.DeliveryEvent;
import io.darkroom.job.JobRecords;
import io.darkroom.job.LocationRefusedException;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.ObjectStore.Creation;
import io.darkroom.job.ObjectStore.Location;
import io.darkroom.job.ObjectTooLargeException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Does what a delivery wants of the store. Blocks where nothing else is said, and throws what the store throws. */
final class StoreActions {
    private static final Logger LOG = Logger.getLogger(StoreActions.class);
    private static final String JSON = "application/json";
    private static final long LARGEST_CHECKPOINT = 1L << 30;
    /** Of a checkpoint that comes damaged: an earlier one serves, too. */
    private static final int MOST_READS = 2;

    private static final long LARGEST_PICTURE = 512L << 20;

    private final ObjectStore store;
    private final CheckpointWrites checkpoints;

    StoreActions(ObjectStore store) {
        this.store = store;
        this.checkpoints = new CheckpointWrites(store);
    }

    /** The answer to an action; null where it is not one of the store's. */
    @Nullable
    DeliveryEvent perform(DeliveryAction action) {
        if (action instanceof DeliveryAction.CreateAttempt create) {
            return new DeliveryEvent.AttemptCreated(create.number(), createJson(create.at(), create.content()));
        }
        if (action instanceof DeliveryAction.ReadRecord read) {
            return new DeliveryEvent.RecordRead(JobRecords.read(store, read.bucket(), read.key()));
        }
        if (action instanceof DeliveryAction.CreatePicture create) {
            Creation creation =
                    store.create(create.at(), create.content().array(), create.mediaType(), create.request());
            return creation == Creation.EXISTS
                    ? new DeliveryEvent.PictureTaken(create.index())
                    : stored(create.index(), create.content(), create.request());
        }
        if (action instanceof DeliveryAction.ReadPicture read) {
            ObjectStore.Stored found = findOwn(read.at(), LARGEST_PICTURE);
            return found == null
                    ? new DeliveryEvent.PictureGone(read.index())
                    : stored(read.index(), found.content(), found.request());
        }
        if (action instanceof DeliveryAction.CreateResult create) {
            return new DeliveryEvent.ResultCreated(
                    store.create(create.at(), create.content().array(), JSON, create.request()));
        }
        if (action instanceof DeliveryAction.ReadResult read) {
            return new DeliveryEvent.ResultRead(findOwn(read.at(), JobRecords.LARGEST));
        }
        if (action instanceof DeliveryAction.CreateOutcome create) {
            return new DeliveryEvent.OutcomeCreated(createJson(create.at(), create.content()));
        }
        if (action instanceof DeliveryAction.ReadOutcome read) {
            return new DeliveryEvent.OutcomeRead(bytes(store.read(read.at(), JobRecords.LARGEST)));
        }
        if (action instanceof DeliveryAction.CreateCheckpoint create) {
            checkpoints.create(create.at(), create.content().array());
            return new DeliveryEvent.CheckpointCreated(create.name());
        }
        if (action instanceof DeliveryAction.ReadCheckpoint read) {
            return new DeliveryEvent.CheckpointRead(read.name(), checkpoint(read.at()));
        }
        if (action instanceof DeliveryAction.DeleteCheckpoints delete) {
            checkpoints.delete(delete.bucket(), delete.key());
            return new DeliveryEvent.CheckpointsDeleted();
        }
        if (action instanceof DeliveryAction.CreateEnd create) {
            createJson(create.at(), create.content());
            return new DeliveryEvent.EndCreated();
        }
        return null;
    }

    /** What lies where the request would have its own: no worker can have written one that is too large. */
    private ObjectStore.@Nullable Stored findOwn(Location at, long limit) {
        try {
            return store.find(at, limit);
        } catch (ObjectTooLargeException e) {
            throw new LocationRefusedException(e.getMessage() + ", so it is another's", e);
        }
    }

    private Creation createJson(Location at, Bytes content) {
        return store.create(at, content.array(), JSON);
    }

    private static @Nullable Bytes bytes(byte @Nullable [] content) {
        return content == null ? null : Bytes.of(content);
    }

    /** Null where there is none; empty, which is of no use, where it is none that a worker can have written, or damaged. */
    private @Nullable Bytes checkpoint(Location at) {
        try {
            return bytes(store.read(at, LARGEST_CHECKPOINT, MOST_READS));
        } catch (ObjectTooLargeException | DamagedContentException e) {
            LOG.warnf("The checkpoint %s is ignored: %s", at.key(), e.getMessage());
            return Bytes.of(new byte[0]);
        }
    }

    private static DeliveryEvent stored(int index, Bytes content, @Nullable String request) {
        return new DeliveryEvent.PictureStored(index, content.sha256(), content.size(), request);
    }
}
