package io.darkroom.worker;

import io.darkroom.engine.InputPictures;
import io.darkroom.image.PictureException;
import io.darkroom.image.PictureReader;
import io.darkroom.image.RgbPicture;
import io.darkroom.job.DamagedContentException;
import io.darkroom.job.Failure;
import io.darkroom.job.Limits;
import io.darkroom.job.LocationRefusedException;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.ObjectTooLargeException;
import io.darkroom.job.Problem;
import io.darkroom.job.RenderRequest;
import io.darkroom.pipeline.InputImage;
import java.util.List;

/** Input pictures from the store, from where they may be read. */
final class StoredInputs implements InputPictures {
    /** Of a picture that comes damaged. */
    private static final int MOST_READS = 3;

    private final ObjectStore store;
    private final Places places;
    private final Limits limits;
    /** One for all, so that pictures that are fetched side by side share its memory. */
    private final PictureReader reader;

    StoredInputs(ObjectStore store, Places places, Limits limits) {
        this.store = store;
        this.places = places;
        this.limits = limits;
        this.reader = new PictureReader(limits.inputBytes(), limits.inputPixels());
    }

    @Override
    public InputImage read(String field, RenderRequest.ImageRef at) {
        String from = at.bucket() == null ? places.bucket() : at.bucket();
        places.refusal(field, from, at.key()).ifPresent(problem -> {
            throw new UnusableException(List.of(problem));
        });
        String place = "s3://" + from + "/" + at.key();
        byte[] file;
        try {
            file = store.read(new ObjectStore.Location(from, at.key()), limits.inputBytes(), MOST_READS);
        } catch (DamagedContentException e) {
            // What stays so is not what its store says: no wait mends that.
            throw unusable(Failure.Code.INPUT_UNREADABLE, field, place + ": " + e.getMessage());
        } catch (ObjectTooLargeException e) {
            throw unusable(
                    Failure.Code.TOO_LARGE, field, place + ": " + e.getMessage() + " (darkroom.limits.input-bytes)");
        } catch (LocationRefusedException e) {
            throw unusable(Failure.Code.INPUT_NOT_FOUND, field, place + ": " + e.getMessage());
        }
        if (file == null) {
            throw unusable(Failure.Code.INPUT_NOT_FOUND, field, "there is no object " + place);
        }
        try {
            RgbPicture picture = reader.read(file);
            return new InputImage(picture.rgb(), picture.width(), picture.height());
        } catch (PictureException e) {
            String message = place + ": " + e.getMessage();
            // Of its bytes the store has said so.
            throw switch (e.reason()) {
                case TOO_LARGE -> unusable(Failure.Code.TOO_LARGE, field, message + " (darkroom.limits.input-pixels)");
                case OUT_OF_MEMORY -> unusable(Failure.Code.OUT_OF_MEMORY, field, message);
                case UNREADABLE -> unusable(Failure.Code.INPUT_UNREADABLE, field, message);
            };
        }
    }

    private static UnusableException unusable(Failure.Code code, String field, String message) {
        return new UnusableException(List.of(new Problem(field, message, code)));
    }
}
