import time
def test_t(desk):
    desk.go("never"); 
    orig=desk.do; out=[]
    def timed(login, command):
        t=time.perf_counter(); r=orig(login, command); out.append((round((time.perf_counter()-t)*1000,1), command.__code__.co_firstlineno)); return r
    desk.do=timed
    case=desk.open(); print("open",out); 
    for st in [s.name for s in desk.procedure.sop.stages]:
        out.clear()
        if st=="7": desk.step_7(case,"ZZZZ000011112222")
        elif st=="8": desk.step_8(case,"SK0002")
        else: getattr(desk,f"step_{st}")(case)
        print(st,out[-2:] if st=="8" else out[-1])
