"""Records cases.json and its arrays: python record.py <starter's folder> <here>.

Beside it as lpw.py: diffusers v0.36, examples/community/lpw_stable_diffusion.py. Needs torch 2.9.1, transformers 4.57.6
(without ftfy) and onnxruntime, through which the starter's text encoder runs.
"""
import sys, json, os
import numpy as np, torch, onnxruntime as ort
from transformers import CLIPTokenizer
import lpw
out=sys.argv[2]; model=sys.argv[1]
os.makedirs(out,exist_ok=True)
session=ort.InferenceSession(model+"/text_encoder/model.onnx",providers=["CPUExecutionProvider"])
ids_type={"tensor(int64)":np.int64,"tensor(int32)":np.int32}[session.get_inputs()[0].type]
class Pipe: pass
pipe=Pipe()
pipe.tokenizer=CLIPTokenizer.from_pretrained(model+"/tokenizer")
pipe.text_encoder=lambda ids:[torch.from_numpy(session.run(["last_hidden_state"],{"input_ids":ids.numpy().astype(ids_type)})[0])]
cases=[("word","a (red:1.3) house",""),("nested","a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).","(blurry:1.4), low quality"),
 ("plain","a photorealistic mountain lake at sunset, 4k","blurry, low quality, cartoon"),
 ("escaped","a \\(literal\\] (unbalanced [cat: two","[dull"),("empty","",""),("zero-and-negative","a (dog:0) in (snow:-0.5)",None),
 ("three-chunks", ", ".join(f"({w}:{1+i/10:.1f}) {w}" for i,w in enumerate("mountain lake river forest castle village harbour meadow desert island glacier canyon".split()))*2, "(blurry:1.2)"),
 ("unguided-long", "a lake, "*30, None)]
recorded=[]
for name,p,n in cases:
    e,u=lpw.get_weighted_text_embeddings(pipe,p,n)
    np.save(f"{out}/{name}.prompt_embeds.npy",e.numpy().astype("<f4"))
    c={"case":name,"prompt":p,"parsed":lpw.parse_prompt_attention(p),"files":{"prompt_embeds":f"{name}.prompt_embeds.npy"}}
    if n is not None:
        c["negative_prompt"]=n
        np.save(f"{out}/{name}.negative_prompt_embeds.npy",u.numpy().astype("<f4")); c["files"]["negative_prompt_embeds"]=f"{name}.negative_prompt_embeds.npy"
    recorded.append(c); print(name,tuple(e.shape), float(e.abs().max()), float(e.mean()))
json.dump({"about":"get_weighted_text_embeddings of diffusers' community pipeline lpw_stable_diffusion (v0.36), transformers 4.57.6, torch 2.9.1; the text encoder through onnxruntime","model":"starter","cases":recorded},open(out+"/cases.json","w"),indent=1)
