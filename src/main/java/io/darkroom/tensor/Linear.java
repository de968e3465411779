package io.darkroom.tensor;

/**
 * Weighted sums of tensors: the one operation that every solver's update is made of. One pass over the elements and no
 * array but the result's. Weights are computed in double and rounded to the elements' type, as torch does with a
 * scalar. Terms with weight 0 are left out (so 0 times infinity is 0).
 */
public final class Linear {
    private Linear() {}

    /** {@code a x}. */
    public static Tensor combine(double a, Tensor x) {
        if (x.isFloat64()) {
            return doubles(new double[] {a}, new Tensor[] {x});
        }
        float fa = (float) a;
        float[] px = x.data();
        float[] out = new float[px.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = fa * px[i];
        }
        return Tensor.of(out, x.shapeView());
    }

    /** {@code a x + b y}. */
    public static Tensor combine(double a, Tensor x, double b, Tensor y) {
        same(x, y);
        if (b == 0) {
            return combine(a, x);
        }
        if (a == 0) {
            return combine(b, y);
        }
        if (x.isFloat64()) {
            return doubles(new double[] {a, b}, new Tensor[] {x, y});
        }
        float fa = (float) a;
        float fb = (float) b;
        float[] px = x.data();
        float[] py = y.data();
        float[] out = new float[px.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = fa * px[i] + fb * py[i];
        }
        return Tensor.of(out, x.shapeView());
    }

    /** {@code w (x - y)}: where both are near each other, more exact than the weighted sum. */
    public static Tensor difference(double w, Tensor x, Tensor y) {
        same(x, y);
        if (x.isFloat64()) {
            double[] out = new double[x.size()];
            for (int i = 0; i < out.length; i++) {
                out[i] = w * (x.doubles()[i] - y.doubles()[i]);
            }
            return Tensor.of(out, x.shapeView());
        }
        float fw = (float) w;
        float[] px = x.data();
        float[] py = y.data();
        float[] out = new float[px.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = fw * (px[i] - py[i]);
        }
        return Tensor.of(out, x.shapeView());
    }

    /** {@code x + (x - y) / divisor * factor}: a step along a derivative, rounded in this order. */
    public static Tensor step(Tensor x, Tensor y, double divisor, double factor) {
        same(x, y);
        if (x.isFloat64()) {
            double[] out = new double[x.size()];
            for (int i = 0; i < out.length; i++) {
                out[i] = x.doubles()[i] + (x.doubles()[i] - y.doubles()[i]) / divisor * factor;
            }
            return Tensor.of(out, x.shapeView());
        }
        float fd = (float) divisor;
        float ff = (float) factor;
        float[] px = x.data();
        float[] py = y.data();
        float[] out = new float[px.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = px[i] + (px[i] - py[i]) / fd * ff;
        }
        return Tensor.of(out, x.shapeView());
    }

    /** {@code (x - a y) / divisor}, rounded in this order. */
    public static Tensor quotient(Tensor x, double a, Tensor y, double divisor) {
        same(x, y);
        if (x.isFloat64()) {
            double[] out = new double[x.size()];
            for (int i = 0; i < out.length; i++) {
                out[i] = (x.doubles()[i] - a * y.doubles()[i]) / divisor;
            }
            return Tensor.of(out, x.shapeView());
        }
        float fa = (float) a;
        float fd = (float) divisor;
        float[] px = x.data();
        float[] py = y.data();
        float[] out = new float[px.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (px[i] - fa * py[i]) / fd;
        }
        return Tensor.of(out, x.shapeView());
    }

    /** {@code a x + b y / divisor}, rounded in this order. */
    public static Tensor overDivisor(double a, Tensor x, double b, Tensor y, double divisor) {
        same(x, y);
        if (x.isFloat64()) {
            double[] out = new double[x.size()];
            for (int i = 0; i < out.length; i++) {
                out[i] = a * x.doubles()[i] + b * y.doubles()[i] / divisor;
            }
            return Tensor.of(out, x.shapeView());
        }
        float fa = (float) a;
        float fb = (float) b;
        float fd = (float) divisor;
        float[] px = x.data();
        float[] py = y.data();
        float[] out = new float[px.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = fa * px[i] + fb * py[i] / fd;
        }
        return Tensor.of(out, x.shapeView());
    }

    /** {@code scale (x / divisor + sum of weights[k] * terms[k])}, rounded in this order. */
    public static Tensor scaledSum(double scale, Tensor x, double divisor, double[] weights, Tensor... terms) {
        for (Tensor t : terms) {
            same(x, t);
        }
        if (x.isFloat64()) {
            double[] all = new double[weights.length + 1];
            Tensor[] tensors = new Tensor[all.length];
            all[0] = scale / divisor;
            tensors[0] = x;
            for (int k = 0; k < weights.length; k++) {
                all[k + 1] = scale * weights[k];
                tensors[k + 1] = terms[k];
            }
            return doubles(all, tensors);
        }
        float[] px = x.data();
        float[] out = new float[px.length];
        float fd = (float) divisor;
        for (int i = 0; i < out.length; i++) {
            out[i] = px[i] / fd;
        }
        for (int k = 0; k < weights.length; k++) {
            addTo(out, (float) weights[k], terms[k].data());
        }
        float fs = (float) scale;
        for (int i = 0; i < out.length; i++) {
            out[i] *= fs;
        }
        return Tensor.of(out, x.shapeView());
    }

    /** {@code a x + b y + c z}. */
    public static Tensor combine(double a, Tensor x, double b, Tensor y, double c, Tensor z) {
        same(x, z);
        if (c == 0) {
            return combine(a, x, b, y);
        }
        if (a == 0) {
            same(x, y);
            return combine(b, y, c, z);
        }
        if (b == 0) {
            same(x, y);
            return combine(a, x, c, z);
        }
        same(x, y);
        if (x.isFloat64()) {
            return doubles(new double[] {a, b, c}, new Tensor[] {x, y, z});
        }
        float fa = (float) a;
        float fb = (float) b;
        float fc = (float) c;
        float[] px = x.data();
        float[] py = y.data();
        float[] pz = z.data();
        float[] out = new float[px.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = fa * px[i] + fb * py[i] + fc * pz[i];
        }
        return Tensor.of(out, x.shapeView());
    }

    /** {@code a x + b y + c z + d u}. */
    public static Tensor combine(double a, Tensor x, double b, Tensor y, double c, Tensor z, double d, Tensor u) {
        same(x, u);
        if (d == 0) {
            return combine(a, x, b, y, c, z);
        }
        if (c == 0) {
            return combine(a, x, b, y, d, u);
        }
        if (b == 0) {
            return combine(a, x, c, z, d, u);
        }
        if (a == 0) {
            return combine(b, y, c, z, d, u);
        }
        same(x, y);
        same(x, z);
        if (x.isFloat64()) {
            return doubles(new double[] {a, b, c, d}, new Tensor[] {x, y, z, u});
        }
        float fa = (float) a;
        float fb = (float) b;
        float fc = (float) c;
        float fd = (float) d;
        float[] px = x.data();
        float[] py = y.data();
        float[] pz = z.data();
        float[] pu = u.data();
        float[] out = new float[px.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = fa * px[i] + fb * py[i] + fc * pz[i] + fd * pu[i];
        }
        return Tensor.of(out, x.shapeView());
    }

    /** Any number of terms: {@code sum of weights[k] * terms[k]}, at least one. */
    public static Tensor combine(double[] weights, Tensor... terms) {
        if (weights.length != terms.length || terms.length == 0) {
            throw new IllegalArgumentException(weights.length + " weights for " + terms.length + " tensors");
        }
        for (Tensor t : terms) {
            same(terms[0], t);
        }
        if (terms[0].isFloat64()) {
            return doubles(weights, terms);
        }
        return switch (terms.length) {
            case 1 -> combine(weights[0], terms[0]);
            case 2 -> combine(weights[0], terms[0], weights[1], terms[1]);
            case 3 -> combine(weights[0], terms[0], weights[1], terms[1], weights[2], terms[2]);
            case 4 -> combine(weights[0], terms[0], weights[1], terms[1], weights[2], terms[2], weights[3], terms[3]);
            default -> many(weights, terms);
        };
    }

    private static Tensor many(double[] weights, Tensor[] terms) {
        float[] out = new float[terms[0].size()];
        for (int k = 0; k < terms.length; k++) {
            if (weights[k] != 0) {
                addTo(out, (float) weights[k], terms[k].data());
            }
        }
        return Tensor.of(out, terms[0].shapeView());
    }

    private static void addTo(float[] out, float w, float[] x) {
        for (int i = 0; i < out.length; i++) {
            out[i] += w * x[i];
        }
    }

    private static Tensor doubles(double[] weights, Tensor[] terms) {
        double[] out = new double[terms[0].size()];
        for (int k = 0; k < terms.length; k++) {
            if (weights[k] != 0) {
                double w = weights[k];
                double[] x = terms[k].doubles();
                for (int i = 0; i < out.length; i++) {
                    out[i] += w * x[i];
                }
            }
        }
        return Tensor.of(out, terms[0].shapeView());
    }

    private static void same(Tensor x, Tensor y) {
        if (x != y && (!x.sameShape(y) || x.isFloat64() != y.isFloat64())) {
            throw new IllegalArgumentException(x + " and " + y + " do not match");
        }
    }
}
